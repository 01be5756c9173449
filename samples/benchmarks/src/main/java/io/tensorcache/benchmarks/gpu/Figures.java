package io.tensorcache.benchmarks.gpu;

import io.tensorcache.samples.kit.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured: a line each, or a member of the object. Confined to one thread. */
final class Figures {
  private final Output output;
  private final List<Map<String, Object>> all = new ArrayList<>();

  Figures(Output output) {
    this.output = output;
  }

  /** Times in microseconds, with their names, of one thing. */
  void add(String name, Map<String, Double> values) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", name);
    StringBuilder text = new StringBuilder();
    values.forEach(
        (unit, value) -> {
          object.put(unit, value);
          text.append(String.format(java.util.Locale.ROOT, "  %s %.2f", unit, value));
        });
    all.add(object);
    output.line("%-52s%s", name, text);
  }

  /** Why something was not measured. */
  void missing(String name, NotMeasuredException e) {
    String reason = String.valueOf(e.getMessage());
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", name);
    object.put("not_measured", reason);
    all.add(object);
    output.line("%s: not measured: %s", name, reason);
  }

  List<Map<String, Object>> all() {
    return all;
  }

  /** The order of the members is the order of the text. */
  static Map<String, Double> values(String first, double value) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put(first, value);
    return values;
  }

  /** Gigabytes a second. */
  static double gigabytesPerSecond(double bytes, double micros) {
    return bytes / micros / 1e3;
  }
}
