package io.tensorcache.benchmarks.policy;

import io.tensorcache.TensorCache;
import io.tensorcache.config.Tier;
import io.tensorcache.stats.TierStats;

/**
 * What was served.
 *
 * @param percent of the look-ups
 * @param written rows written to the disk, for a hundred look-ups
 */
record Served(double percent, double written) {
  /**
   * Runs so many epochs of so many rows, and finds out what a cache did.
   *
   * @param disk the tier that is written to; of what is written nothing moves up again, as the
   *     tiers above have no room
   */
  static Served in(TensorCache cache, Tier disk, int epochs, int rows, Runnable epoch) {
    long hits = cache.stats().hits();
    long before = written(cache, disk);
    for (int i = 0; i < epochs; i++) {
      epoch.run();
    }
    double lookUps = (double) epochs * rows;
    return new Served(
        100 * (cache.stats().hits() - hits) / lookUps,
        100 * (written(cache, disk) - before) / lookUps);
  }

  private static long written(TensorCache cache, Tier disk) {
    TierStats all =
        cache.stats().tiers().stream()
            .filter(tier -> tier.tier() == disk)
            .findFirst()
            .orElseThrow();
    return all.entries() + all.evictions();
  }
}
