package io.tensorcache.internal.call;

import io.tensorcache.internal.rows.Group;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.TensorKey;

/**
 * Finds out why rows are missing. Costs nothing where no row was ever dropped and no other
 * fingerprint has rows.
 */
final class MissReasons {
  private MissReasons() {}

  /** Counts the reasons of these missing rows. */
  static void count(KeyedBatch<?> batch, RowList missing, LookupCount found) {
    Functions functions = batch.function().functions();
    FunctionState function = batch.function().state();
    boolean[] elsewhere = new boolean[missing.size()];
    for (Group other : functions.rows().groups().others(batch.group())) {
      TensorKey[] moved =
          batch.keys().under(functions.keys(), other.fingerprint().digest(), missing.toArray());
      for (int i = 0; i < moved.length; i++) {
        elsewhere[i] |= function.places().contains(moved[i]);
      }
    }
    long corrupt = Math.min(found.corrupt(), missing.size());
    long evicted = 0;
    long refused = 0;
    long longest = -1;
    long other = 0;
    for (int i = 0; i < missing.size(); i++) {
      long since = functions.rows().evictionsSince(batch.key(missing.get(i)));
      longest = Math.max(longest, since);
      if (since >= 0 && functions.rows().wasRefused(batch.key(missing.get(i)))) {
        refused++;
      } else if (since >= 0) {
        evicted++;
      } else if (elsewhere[i]) {
        other++;
      }
    }
    StatsRecorder recorder = functions.recorder();
    recorder.miss(function, MissReason.CORRUPT, corrupt);
    recorder.miss(function, MissReason.EVICTED, evicted);
    recorder.miss(function, MissReason.REFUSED, refused);
    recorder.miss(function, MissReason.OTHER_FINGERPRINT, other);
    long known = corrupt + evicted + refused + other;
    recorder.miss(function, MissReason.COLD, Math.max(0, missing.size() - known));
    found.addMissed(missing.size());
    if (evicted + refused > 0) {
      functions.earlyDrops().cameBack(evicted + refused, longest);
    }
  }
}
