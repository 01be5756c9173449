package io.tensorcache.samples.frozen;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import java.util.OptionalDouble;

/**
 * The run without the cache beside the run with it.
 *
 * @param options what both were asked to do
 * @param without the run without the cache
 * @param with the run with it, of as many epochs
 * @param stats what the cache did in that run
 * @param config what the cache was built with
 */
record Comparison(
    Options options, TrainingRun without, TrainingRun with, CacheStats stats, CacheConfig config) {

  boolean hasIdenticalLosses() {
    return without.hasTheLossesOf(with);
  }

  double speedup() {
    return without.seconds() / with.seconds();
  }

  /** Computing that the hits spared; empty if nobody knows how long a row takes. */
  OptionalDouble secondsSaved() {
    return stats.savedNanos().isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(stats.savedNanos().getAsLong() / 1e9 + secondsPaid());
  }

  /** Keys, loads, stores and checks. */
  double secondsPaid() {
    return (stats.keyNanos() + stats.loadNanos() + stats.storeNanos() + stats.checkNanos()) / 1e9;
  }

  /** Rows of the first epoch that were in the cache before it. */
  long rowsReused() {
    TrainingRun.Epoch first = with.epochs().get(0);
    return first.train().hits() + first.heldOut().hits();
  }

  long rowsUnderOtherFingerprints() {
    return stats.functions().stream().mapToLong(FunctionStats::rowsUnderOtherFingerprints).sum();
  }

  /** Training images of all epochs that the cache had. */
  long trainingHits() {
    return with.epochs().stream().mapToLong(epoch -> epoch.train().hits()).sum();
  }

  /** Training images of all epochs. */
  long trainingRows() {
    return with.epochs().stream()
        .mapToLong(epoch -> epoch.train().hits() + epoch.train().misses())
        .sum();
  }
}
