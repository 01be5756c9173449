package io.tensorcache.samples.frozen;

import io.tensorcache.stats.TierStats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A comparison for programs: members that {@code samples/README.md} describes. */
final class JsonReport {
  private JsonReport() {}

  /** By name, in order; losses with all their digits. */
  static Map<String, Object> of(Comparison comparison) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("seed", comparison.options().seed);
    object.put("augment", comparison.options().augment);
    object.put("epochs", epochs(comparison));
    object.put("identical_losses", comparison.hasIdenticalLosses());
    object.put("speedup", comparison.speedup());
    object.put("accuracy", comparison.with().accuracy());
    object.put("accuracy_without", comparison.without().accuracy());
    object.put("key_backend", comparison.config().keyBackend());
    object.put("key_backend_reason", comparison.config().keyBackendReason());
    object.put(
        "tiers", comparison.stats().tiers().stream().map(tier -> tier(comparison, tier)).toList());
    object.put("peak_memory_bytes", comparison.with().peakBytes());
    object.put("peak_memory_bytes_without", comparison.without().peakBytes());
    OptionalDouble saved = comparison.secondsSaved();
    object.put("seconds_saved", saved.orElse(Double.NaN));
    object.put("seconds_paid", comparison.secondsPaid());
    object.put("rows_reused", comparison.rowsReused());
    object.put("rows_under_other_fingerprints", comparison.rowsUnderOtherFingerprints());
    return object;
  }

  private static List<Map<String, Object>> epochs(Comparison comparison) {
    List<Map<String, Object>> epochs = new ArrayList<>();
    for (int i = 0; i < comparison.with().epochs().size(); i++) {
      TrainingRun.Epoch without = comparison.without().epochs().get(i);
      TrainingRun.Epoch with = comparison.with().epochs().get(i);
      Map<String, Object> epoch = new LinkedHashMap<>();
      epoch.put("seconds_without", without.seconds());
      epoch.put("seconds_with", with.seconds());
      epoch.put("loss_without", without.loss());
      epoch.put("loss_with", with.loss());
      epoch.put("hit_rate", with.train().hitRate());
      epoch.put("held_out_hit_rate", with.heldOut().hitRate());
      epochs.add(epoch);
    }
    return epochs;
  }

  private static Map<String, Object> tier(Comparison comparison, TierStats tier) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("tier", tier.tier());
    object.put("rows", tier.entries());
    object.put("bytes", tier.bytes().bytes());
    object.put("limit_bytes", tier.limit().bytes());
    object.put("hits", comparison.stats().hitsByTier().getOrDefault(tier.tier(), 0L));
    return object;
  }
}
