package io.tensorcache;

import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.TensorKey;

/**
 * Finds out why rows are missing. Costs nothing where no row was ever dropped and no other
 * fingerprint has rows.
 */
final class MissReasons {
  private MissReasons() {}

  /** Counts the reasons of these missing rows. */
  static void count(
      CacheCore core,
      FunctionState function,
      Group group,
      BatchKeys keys,
      RowList missing,
      LookupCount found) {
    boolean[] elsewhere = new boolean[missing.size()];
    for (Group other : core.groups().others(group)) {
      TensorKey[] moved = keys.under(core.keys(), other.fingerprint(), missing.toArray());
      for (int i = 0; i < moved.length; i++) {
        elsewhere[i] |= core.contains(moved[i], function.settings());
      }
    }
    long corrupt = Math.min(found.corrupt(), missing.size());
    long evicted = 0;
    long other = 0;
    for (int i = 0; i < missing.size(); i++) {
      if (core.wasEvicted(keys.key(missing.get(i)))) {
        evicted++;
      } else if (elsewhere[i]) {
        other++;
      }
    }
    StatsRecorder recorder = core.recorder();
    recorder.miss(function, MissReason.CORRUPT, corrupt);
    recorder.miss(function, MissReason.EVICTED, evicted);
    recorder.miss(function, MissReason.OTHER_FINGERPRINT, other);
    recorder.miss(
        function, MissReason.COLD, Math.max(0, missing.size() - corrupt - evicted - other));
  }
}
