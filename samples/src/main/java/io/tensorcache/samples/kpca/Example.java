package io.tensorcache.samples.kpca;

import io.tensorcache.Scope;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.samples.kit.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * The example of kerch's documentation: what a scope holds before and after, at level light and at
 * level total, and the numbers beside the printed ones. Confined to one thread.
 */
final class Example {
  private final Output output;

  Example(Output output) {
    this.output = output;
  }

  /** A model of a sample. */
  interface Model {
    /** Finds its parameters. */
    void solve();

    /** Projects other points, whose steps are kept under this name. */
    Tensor forward(String name, Tensor others);
  }

  /**
   * Runs it; returns whether every number is reproduced.
   *
   * @param open opens an empty scope at a level
   * @param models makes a model of {@link Points#sample} that keeps its steps in a scope
   */
  boolean run(Function<CacheLevel, Scope<Tensor>> open, Function<Scope<Tensor>, Model> models) {
    boolean isReproduced = true;
    for (CacheLevel level : List.of(CacheLevel.LIGHT, CacheLevel.TOTAL)) {
      Map<String, Object> kept = new LinkedHashMap<>();
      try (Scope<Tensor> scope = open.apply(level)) {
        Model model = models.apply(scope);
        kept.put("before", show(scope, "before solve and forward"));
        model.solve();
        model.forward("test", Points.outOfSample());
        kept.put("after", show(scope, "after solve and forward"));
        if (level == CacheLevel.TOTAL) { // every step is there
          isReproduced = compare(PublishedNumbers.of(scope));
        }
        scope.reset(false, true);
        kept.put("after_reset", show(scope, "after reset"));
      }
      output.member(name(level), kept);
    }
    return isReproduced;
  }

  /** Prints what a scope holds; returns the names of the entries. */
  private List<String> show(Scope<Tensor> scope, String when) {
    output.line("-- at level %s, %s", name(scope.level()), when);
    output.line("%s", scope.describe(false));
    List<String> names = new ArrayList<>();
    collect(scope, "", names);
    return names;
  }

  private static void collect(Scope<Tensor> scope, String path, List<String> names) {
    scope.names().forEach(name -> names.add(path + name));
    scope.children().forEach(child -> collect(scope.child(child), path + child + "/", names));
  }

  private boolean compare(List<Published> numbers) {
    output.line("-- beside the numbers that kerch's documentation prints");
    List<Map<String, Object>> list = new ArrayList<>();
    for (Published number : numbers) {
      output.line("%-26s %s", number.name(), shown(number.computed()));
      output.line(
          "%-26s %s  differ by %.6f", "  printed", shown(number.printed()), number.difference());
      list.add(number.members());
    }
    output.member("numbers", list);
    output.member("tolerance", Published.TOLERANCE);
    return output.verdict(
        "reproduced",
        "all within " + Published.TOLERANCE,
        numbers.stream().allMatch(Published::isReproduced));
  }

  private static String shown(List<Double> values) {
    return values.stream()
        .map(value -> String.format(Locale.ROOT, "%8.4f", value))
        .toList()
        .toString();
  }

  private static String name(CacheLevel level) {
    return level.name().toLowerCase(Locale.ROOT);
  }
}
