package io.tensorcache.samples.kpca;

import java.util.List;

/**
 * A number of the printed example beside what the sample computed.
 *
 * @param name what it is
 * @param printed as kerch's documentation has it, rounded
 * @param computed by this program
 */
record Published(String name, List<Double> printed, List<Double> computed) {
  /** How far apart printed and computed values may be: the printed ones are rounded. */
  static final double TOLERANCE = 1e-3;

  Published {
    if (printed.size() != computed.size()) {
      throw new IllegalArgumentException(
          name + ": " + printed.size() + " printed and " + computed.size() + " computed values");
    }
  }

  /** The largest absolute difference. */
  double difference() {
    double largest = 0;
    for (int i = 0; i < printed.size(); i++) {
      largest = Math.max(largest, Math.abs(printed.get(i) - computed.get(i)));
    }
    return largest;
  }

  boolean isReproduced() {
    return difference() <= TOLERANCE; // false for NaN too: Math.max keeps it
  }
}
