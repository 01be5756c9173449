package io.tensorcache.samples.kpca;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers that kerch's documentation prints, beside what was computed.
 *
 * @param name what they are
 * @param printed rounded, row by row
 * @param computed the same, with all digits
 */
record Published(String name, List<Double> printed, List<Double> computed) {
  /** How far printed and computed values may be apart: the printed ones are rounded. */
  static final double TOLERANCE = 1e-3;

  /** The largest absolute difference. */
  double difference() {
    double largest = printed.size() == computed.size() ? 0 : Double.NaN;
    for (int i = 0; i < printed.size() && i < computed.size(); i++) {
      largest = Math.max(largest, Math.abs(printed.get(i) - computed.get(i)));
    }
    return largest;
  }

  /** False for NaN too. */
  boolean isReproduced() {
    return difference() <= TOLERANCE;
  }

  /** For JSON. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", name);
    members.put("printed", printed);
    members.put("computed", computed);
    members.put("difference", difference());
    return members;
  }
}
