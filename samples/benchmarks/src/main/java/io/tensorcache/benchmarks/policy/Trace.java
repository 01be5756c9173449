package io.tensorcache.benchmarks.policy;

import java.util.Arrays;

/**
 * Look-ups of rows one after the other, beside a tier that is too small for all of them.
 *
 * @param name what is printed
 * @param ids the rows, numbered from 0, in the order in which they are asked for
 * @param weights of each row, in units
 * @param tierUnits how many units the tier holds
 * @param from look-ups before this one are not counted: nothing can be a hit yet
 */
record Trace(String name, int[] ids, int[] weights, long tierUnits, int from) {
  /** A trace of rows of one size. */
  static Trace ofEqual(String name, int[] ids, int tierRows, int from) {
    int[] weights = new int[Arrays.stream(ids).max().orElse(-1) + 1];
    Arrays.fill(weights, 1);
    return new Trace(name, ids, weights, tierRows, from);
  }

  /** Look-ups that count. */
  int counted() {
    return ids.length - from;
  }

  /** True if all rows have the same size. */
  boolean isOfEqualRows() {
    return Arrays.stream(weights).allMatch(weight -> weight == weights[0]);
  }
}
