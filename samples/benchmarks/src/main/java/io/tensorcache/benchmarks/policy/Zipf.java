package io.tensorcache.benchmarks.policy;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Draws rows, the i-th most frequent of them in proportion to i to the power of -exponent. */
final class Zipf {
  private final double[] upTo; // the chance of this rank or a lower one
  private final int[] rows;

  Zipf(int count, double exponent, SplittableRandom random) {
    upTo = new double[count];
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      sum += Math.pow(rank + 1, -exponent);
      upTo[rank] = sum;
    }
    for (int rank = 0; rank < count; rank++) {
      upTo[rank] /= sum;
    }
    rows = Traces.shuffled(0, count, random);
  }

  int next(SplittableRandom random) {
    int found = Arrays.binarySearch(upTo, random.nextDouble());
    int rank = found < 0 ? -found - 1 : found;
    return rows[Math.min(rank, rows.length - 1)];
  }

  /** So many of them. */
  int[] draw(int count, SplittableRandom random) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = next(random);
    }
    return ids;
  }
}
