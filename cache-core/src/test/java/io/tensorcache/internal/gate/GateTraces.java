package io.tensorcache.internal.gate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Look-ups of rows, numbered from 0. */
final class GateTraces {
  private GateTraces() {}

  static int[] inOrder(int rows, int epochs) {
    return join(epochs, epoch -> IntStream.range(0, rows).toArray());
  }

  static int[] shuffled(int rows, int epochs, SplittableRandom random) {
    return join(epochs, epoch -> permutation(rows, random));
  }

  /** The i-th most frequent row in proportion to i to the power of -exponent. */
  static int[] zipf(int rows, double exponent, int lookups, SplittableRandom random) {
    double[] upTo = new double[rows];
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += Math.pow(i + 1, -exponent);
      upTo[i] = sum;
    }
    double all = sum;
    int[] ids = permutation(rows, random);
    return IntStream.range(0, lookups)
        .map(
            i -> {
              int found = Arrays.binarySearch(upTo, random.nextDouble() * all);
              return ids[Math.min(found < 0 ? -found - 1 : found, rows - 1)];
            })
        .toArray();
  }

  /** Other rows become the frequent ones each time that all rows could have been asked for. */
  static int[] drift(int rows, int times, SplittableRandom random) {
    return join(times, time -> zipf(rows, 0.9, rows, random));
  }

  /** All rows in order between frequent ones. */
  static int[] scans(int rows, int times, SplittableRandom random) {
    int[] frequent = zipf(rows, 0.9, times * rows / 2, random);
    return join(
        2 * times,
        part ->
            part % 2 == 0
                ? Arrays.copyOfRange(frequent, part / 2 * rows / 2, (part / 2 + 1) * rows / 2)
                : IntStream.range(0, rows).toArray());
  }

  static int[] plus(int[] ids, int offset) {
    return Arrays.stream(ids).map(id -> id + offset).toArray();
  }

  static int[] join(int parts, IntFunction<int[]> part) {
    return IntStream.range(0, parts).mapToObj(part).flatMapToInt(IntStream::of).toArray();
  }

  private static int[] permutation(int rows, SplittableRandom random) {
    int[] ids = IntStream.range(0, rows).toArray();
    for (int i = rows - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = ids[i];
      ids[i] = ids[j];
      ids[j] = other;
    }
    return ids;
  }
}
