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
 *     each visit; 0 where {@code /proc} is missing
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

  /** Makes the visits. */
  static Replay of(
      String name, List<List<Visits.LookUp>> visits, Features features, LiveBytes live) {
    Pointer.trimMemory(); // what was freed before goes back to the system
    ResidentMemory memory = new ResidentMemory();
    memory.sample();
    long residentBefore = memory.peakBytes();
    double checksum = 0;
    long start = System.nanoTime();
    try (Progress progress = Progress.of(Terminal.isTerminal(), name, visits.size())) {
      for (List<Visits.LookUp> visit : visits) {
        for (Visits.LookUp lookUp : visit) {
          checksum += sum(features.get(lookUp.importance(), lookUp.image()));
        }
        memory.sample();
        progress.step();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long resident = memory.peakBytes() - residentBefore;
    return new Replay(name, live.peak(), resident, seconds, features.counts(), checksum);
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

  /** A line of progress. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s: %.2f s, hit rate %.4f", name, seconds, hitRate());
  }
}
