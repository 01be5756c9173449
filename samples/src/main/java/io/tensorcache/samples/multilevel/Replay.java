package io.tensorcache.samples.multilevel;

import io.tensorcache.cli.Progress;
import io.tensorcache.cli.Terminal;
import io.tensorcache.samples.kit.ResidentMemory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * What it took to serve the visits from one store.
 *
 * @param name for people
 * @param peakBytes the most bytes of features that were held at once, counted at each computation
 * @param residentBytes by how much the resident memory of the process grew at most, looked at after
 *     every tenth visit, when what was freed went back to the system; 0 where {@code /proc} is
 *     missing
 * @param seconds for all visits
 * @param counts what was looked up
 * @param checksum the sum of all values that were served: equal values give equal sums
 */
record Replay(
    String name,
    long peakBytes,
    long residentBytes,
    double seconds,
    Map<Importance, LookUps> counts,
    double checksum) {
  private static final int VISITS_A_LOOK = 10;

  /** Makes the visits. */
  static Replay of(
      String name, List<List<Visits.LookUp>> visits, Features features, LiveBytes live) {
    ResidentMemory memory = new ResidentMemory();
    sample(memory);
    long residentBefore = memory.peakBytes();
    double checksum = 0;
    long nanos = 0;
    int visited = 0;
    try (Progress progress = Progress.of(Terminal.isTerminal(), name, visits.size())) {
      for (List<Visits.LookUp> visit : visits) {
        long start = System.nanoTime();
        for (Visits.LookUp lookUp : visit) {
          checksum += sum(features.get(lookUp.importance(), lookUp.image()));
        }
        nanos += System.nanoTime() - start;
        if (++visited % VISITS_A_LOOK == 0) {
          sample(memory);
        }
        progress.step();
      }
    }
    long resident = memory.peakBytes() - residentBefore;
    return new Replay(name, live.peak(), resident, nanos / 1e9, features.counts(), checksum);
  }

  private static void sample(ResidentMemory memory) {
    Pointer.trimMemory(); // else what was freed counts, for as long as malloc keeps it
    memory.sample();
  }

  private static double sum(Tensor features) {
    try (Tensor sum = features.sum()) {
      return sum.item_float();
    }
  }

  double hitRate() {
    return LookUps.hitRate(counts.values());
  }

  /** The peak of this one below that of another, in percent of the other's. */
  double savedPercent(Replay other) {
    return 100.0 * (other.peakBytes - peakBytes) / other.peakBytes;
  }

  /** The growth of resident memory of this one below that of another, in percent. */
  double savedResidentPercent(Replay other) {
    return other.residentBytes == 0
        ? 0
        : 100.0 * (other.residentBytes - residentBytes) / other.residentBytes;
  }

  /** A line of progress. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s: %.2f s, hit rate %.4f", name, seconds, hitRate());
  }
}
