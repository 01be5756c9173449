package io.tensorcache.internal.call;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.stats.MissReason;
import java.util.BitSet;

/** What the look-ups of one call gave. Confined to one thread. */
final class LookupCount {
  private static final Tier[] TIERS = Tier.values();

  private final long[] hits = new long[TIERS.length];
  private final BitSet corrupt = new BitSet(); // rows found damaged and not found elsewhere
  private long waited;
  private long otherShape;
  private long missed;

  /** Counts one look-up; true if the row was copied to its target. */
  boolean add(int row, Lookup lookup) {
    Tier tier = lookup.tier();
    if (tier != null) {
      hits[tier.ordinal()]++;
      if (tier == Tier.DURABLE) {
        corrupt.clear(row);
      }
    } else if (lookup == Lookup.CORRUPT) {
      corrupt.set(row);
    } else if (lookup == Lookup.OTHER_SCHEMA) {
      otherShape++;
    }
    return tier != null;
  }

  /** Counts a row that another thread computed meanwhile. */
  void addWaited() {
    waited++;
  }

  /** Counts rows that are told as misses. */
  void addMissed(long rows) {
    missed += rows;
  }

  /** Rows that were told as misses. */
  long missed() {
    return missed;
  }

  /** Rows that tiers and store had. */
  long served() {
    long served = 0;
    for (long rows : hits) {
      served += rows;
    }
    return served;
  }

  /** Rows that disk tier and store had. */
  long fromDisk() {
    return hits[Tier.DISK.ordinal()] + hits[Tier.DURABLE.ordinal()];
  }

  boolean sawOtherShape() {
    return otherShape > 0;
  }

  /** Rows whose absence is already explained: they were found, but not usable. */
  long corrupt() {
    return corrupt.cardinality();
  }

  /** The rows copied from tiers and store, and those waited for, were returned. */
  void reportHits(StatsRecorder recorder, FunctionState function) {
    for (Tier tier : TIERS) {
      recorder.hit(function, tier, hits[tier.ordinal()]);
    }
    recorder.waited(function, waited);
    PersistedRows persisted = function.places().persisted();
    if (persisted != null) {
      persisted.servedAbove(served() - hits[Tier.DURABLE.ordinal()]);
    }
  }

  /** The batch was computed as a whole, so what was found did not serve. */
  void reportRecomputed(StatsRecorder recorder, FunctionState function) {
    long found = waited + served();
    recorder.miss(function, otherShape > 0 ? MissReason.OTHER_SHAPE : MissReason.RECOMPUTED, found);
  }
}
