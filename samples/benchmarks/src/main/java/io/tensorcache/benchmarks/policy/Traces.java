package io.tensorcache.benchmarks.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The traces of the bench, of {@code n} rows each: epochs over more than a tier, in order and
 * shuffled, training and validation, two data sets in turn, frequent rows with and without scans,
 * drift and rows that are asked for once, and rows of many sizes. The same seed gives the same
 * ones.
 */
final class Traces {
  private static final int EPOCHS = 8;
  private static final double[] RATIOS = {1.05, 1.1, 1.5, 2, 10};
  private static final double[] EXPONENTS = {0.7, 0.9, 1.1};

  private final int n;
  private final long seed;

  Traces(int n, long seed) {
    this.n = n;
    this.seed = seed;
  }

  /** All of them, in the order of the table. */
  List<Trace> all() {
    List<Trace> all = new ArrayList<>();
    for (double ratio : RATIOS) {
      all.add(epochs("in order, ", ratio, false));
    }
    for (double ratio : RATIOS) {
      all.add(epochs("shuffled, ", ratio, true));
    }
    all.add(trainAndValidate());
    for (double exponent : EXPONENTS) {
      all.add(zipf(exponent));
    }
    all.add(scans());
    all.add(drift());
    all.add(once());
    all.add(inTurn("A A A B B B A A A, each 0.9 x", 0.9, 3, 3));
    all.add(inTurn("A A A B B B A A A, each 1.1 x", 1.1, 3, 3));
    all.add(inTurn("8 x A, 8 x B, each 0.9 x", 0.9, 8, 2));
    all.add(sizesShuffled());
    all.add(sizesZipf());
    return all;
  }

  private SplittableRandom random(int number) {
    return new SplittableRandom(seed * 100 + number);
  }

  private static String named(String what, double ratio) {
    return what + String.format(Locale.ROOT, "%.4g x the tier", ratio);
  }

  private Trace epochs(String what, double ratio, boolean isShuffled) {
    int[] ids = epochs(0, n, EPOCHS, isShuffled, random(1));
    return Trace.ofEqual(named(what, ratio), ids, (int) (n / ratio), n);
  }

  /** A shuffled epoch of ten parts, then one in order over the eleventh. */
  private Trace trainAndValidate() {
    SplittableRandom random = random(2);
    int train = n * 10 / 11;
    List<int[]> parts = new ArrayList<>();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      parts.add(shuffled(0, train, random));
      parts.add(inOrder(train, n - train));
    }
    return Trace.ofEqual("train and validate, 1.2 x the tier", join(parts), (int) (n / 1.2), n);
  }

  private Trace zipf(double exponent) {
    SplittableRandom random = random(3);
    int[] ids = new Zipf(n, exponent, random).draw(10 * n, random);
    return Trace.ofEqual("Zipf " + exponent + ", tier of 10 %", ids, n / 10, n);
  }

  /** Between the frequent rows all others once, in order. */
  private Trace scans() {
    SplittableRandom random = random(4);
    Zipf zipf = new Zipf(n, 0.9, random);
    List<int[]> parts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      parts.add(zipf.draw(n / 2, random));
      parts.add(inOrder(0, n));
    }
    return Trace.ofEqual("  with scans", join(parts), n / 10, n / 2);
  }

  /** Other rows become the frequent ones, ten times. */
  private Trace drift() {
    SplittableRandom random = random(5);
    List<int[]> parts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      parts.add(new Zipf(n, 0.9, random).draw(n, random));
    }
    return Trace.ofEqual("  with drift", join(parts), n / 10, n);
  }

  /** Of the rows 70 % are asked for once. */
  private Trace once() {
    SplittableRandom random = random(6);
    int frequent = 6 * n / 10;
    int rare = 14 * n / 10;
    Zipf zipf = new Zipf(frequent, 0.9, random);
    int[] ids = new int[10 * n];
    int next = frequent;
    for (int i = 0; i < ids.length; i++) {
      boolean isRare = random.nextInt(ids.length) < rare && next < frequent + rare;
      ids[i] = isRare ? next++ : zipf.next(random);
    }
    return Trace.ofEqual("  70 % of the rows once", ids, frequent / 10, n);
  }

  /** Shuffled epochs over one data set, over another, over the first again. */
  private Trace inTurn(String name, double ratio, int epochs, int turns) {
    SplittableRandom random = random(7);
    int tier = n / 2;
    int rows = (int) (tier * ratio);
    List<int[]> parts = new ArrayList<>();
    for (int turn = 0; turn < turns; turn++) {
      parts.add(epochs(turn % 2 * rows, rows, epochs, true, random));
    }
    return Trace.ofEqual(name, join(parts), tier, 0);
  }

  private Trace sizesShuffled() {
    SplittableRandom random = random(8);
    int[] sizes = sizes(random);
    long tier = (long) (IntStream.of(sizes).asLongStream().sum() / 1.1);
    int[] ids = epochs(0, n, EPOCHS, true, random);
    return new Trace("sizes 1 to 64, shuffled, 1.1 x the tier", ids, sizes, tier, n);
  }

  private Trace sizesZipf() {
    SplittableRandom random = random(9);
    int[] sizes = sizes(random);
    int[] ids = new Zipf(n, 0.9, random).draw(10 * n, random);
    long tier = IntStream.of(sizes).asLongStream().sum() / 10;
    return new Trace("sizes 1 to 64, Zipf 0.9, tier of 10 %", ids, sizes, tier, n);
  }

  /** Most are small: the logarithm is uniform. */
  private int[] sizes(SplittableRandom random) {
    int[] sizes = new int[n];
    for (int i = 0; i < n; i++) {
      sizes[i] = (int) Math.pow(64, random.nextDouble());
    }
    return sizes;
  }

  private static int[] epochs(
      int first, int rows, int epochs, boolean isShuffled, SplittableRandom random) {
    List<int[]> parts = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      parts.add(isShuffled ? shuffled(first, rows, random) : inOrder(first, rows));
    }
    return join(parts);
  }

  private static int[] inOrder(int first, int count) {
    return IntStream.range(first, first + count).toArray();
  }

  /** Rows {@code first} to {@code first + count - 1} in an order of chance. */
  static int[] shuffled(int first, int count, SplittableRandom random) {
    int[] ids = inOrder(first, count);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = ids[i];
      ids[i] = ids[j];
      ids[j] = other;
    }
    return ids;
  }

  private static int[] join(List<int[]> parts) {
    return parts.stream().flatMapToInt(IntStream::of).toArray();
  }
}
