package io.tensorcache.samples.frozen;

import io.tensorcache.config.ByteSize;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.TierStats;
import java.util.Locale;
import java.util.OptionalDouble;

/** A comparison for people. */
final class Report {
  private final Comparison comparison;
  private final StringBuilder text = new StringBuilder();

  private Report(Comparison comparison) {
    this.comparison = comparison;
  }

  /** Several tables, each line ended. */
  static String of(Comparison comparison) {
    Report report = new Report(comparison);
    report.epochs();
    report.times();
    report.tiers();
    report.results();
    report.remarks();
    return report.text.toString();
  }

  private void epochs() {
    line("%-8s %18s %12s %18s %12s %9s", "", "without cache", "", "with cache", "", "");
    line("%-8s %18s %12s %18s %12s %9s", "epoch", "seconds", "loss", "seconds", "loss", "hit rate");
    for (int i = 0; i < comparison.with().epochs().size(); i++) {
      TrainingRun.Epoch without = comparison.without().epochs().get(i);
      TrainingRun.Epoch with = comparison.with().epochs().get(i);
      line(
          "%-8d %18.3f %12.6f %18.3f %12.6f %7.1f %%",
          with.number(),
          without.seconds(),
          without.loss(),
          with.seconds(),
          with.loss(),
          100 * with.train().hitRate());
    }
    line(
        "%-8s %18.3f %12s %18.3f    %.1f times as fast",
        "all",
        comparison.without().seconds(),
        "",
        comparison.with().seconds(),
        comparison.speedup());
    line(
        "Seconds are of training and of the check on held-out images; the hit rate is of training");
    line("images only (of held-out images in the last epoch: %.1f %%).", heldOutPercent());
  }

  private double heldOutPercent() {
    var epochs = comparison.with().epochs();
    return 100 * epochs.get(epochs.size() - 1).heldOut().hitRate();
  }

  private void times() {
    CacheStats stats = comparison.stats();
    TrainingRun without = comparison.without();
    TrainingRun with = comparison.with();
    double counted = comparison.secondsPaid() + stats.computeNanos() / 1e9;
    line("");
    line("%-27s %15s %15s", "where the seconds went", "without cache", "with cache");
    line("  %-25s %15s %15.3f", "keys", "", stats.keyNanos() / 1e9);
    line("  %-25s %15s %15.3f", "loads", "", stats.loadNanos() / 1e9);
    line("  %-25s %15s %15.3f", "stores", "", stats.storeNanos() / 1e9);
    line("  %-25s %15s %15.3f", "rest of the cache", "", with.featureSeconds() - counted);
    line(
        "  %-25s %15.3f %15.3f",
        "computing features", without.featureSeconds(), stats.computeNanos() / 1e9);
    line(
        "  %-25s %15.3f %15.3f",
        "head, batches, progress",
        without.seconds() - without.featureSeconds(),
        with.seconds() - with.featureSeconds());
    line(
        "The cache saved %s of computing and took %.3f s for keys, loads, stores and checks.",
        saved(), comparison.secondsPaid());
  }

  private String saved() {
    OptionalDouble seconds = comparison.secondsSaved();
    return seconds.isEmpty()
        ? "an unknown time"
        : String.format(Locale.ROOT, "%.3f s", seconds.getAsDouble());
  }

  private void tiers() {
    line("");
    line("%-10s %10s %14s %14s %10s", "tier", "rows", "held", "limit", "hits");
    for (TierStats tier : comparison.stats().tiers()) {
      line(
          "%-10s %10d %14s %14s %10d",
          tier.tier().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          tier.entries(),
          tier.bytes(),
          tier.limit(),
          comparison.stats().hitsByTier().getOrDefault(tier.tier(), 0L));
    }
  }

  private void results() {
    line("");
    line("losses equal to the last bit   %s", comparison.hasIdenticalLosses() ? "yes" : "NO");
    line(
        "accuracy on held-out digits    %.4f without, %.4f with cache",
        comparison.without().accuracy(), comparison.with().accuracy());
    line("keys                           %s", comparison.config().keyBackendReason());
    line(
        "peak resident memory           %s without, %s with cache",
        memory(comparison.without()), memory(comparison.with()));
  }

  private static String memory(TrainingRun run) {
    return run.peakBytes() == 0 ? "unknown" : ByteSize.ofBytes(run.peakBytes()).toString();
  }

  private void remarks() {
    if (comparison.options().directory != null) {
      line("");
      line(
          "%,d rows were in the store in %s before the first epoch.",
          comparison.rowsReused(), comparison.options().directory);
    }
    if (comparison.rowsUnderOtherFingerprints() > 0) {
      line("");
      line(
          "%,d rows reused: %,d rows exist under another fingerprint, that of the backbone of seed"
              + " %d.",
          comparison.rowsReused(), comparison.rowsUnderOtherFingerprints(), Options.DEFAULT_SEED);
    }
    if (comparison.options().augment) {
      line("");
      augmented();
    }
  }

  private void augmented() {
    double less = comparison.without().seconds() - comparison.with().seconds();
    line(
        comparison.trainingHits() == 0
            ? "Inputs never repeat: none of %2$,d moved training images was in the cache."
            : "Inputs seldom repeat: %1$,d of %2$,d moved training images were in the cache.",
        comparison.trainingHits(),
        comparison.trainingRows());
    line(
        "The run with the cache took %.3f s %s than the run without; held-out images do repeat.",
        Math.abs(less), less < 0 ? "more" : "less");
  }

  private void line(String pattern, Object... values) {
    text.append(String.format(Locale.ROOT, pattern, values).stripTrailing()).append('\n');
  }
}
