package io.tensorcache;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.store.Lookup;
import io.tensorcache.stats.MissReason;

/** What the look-ups of one call gave. Confined to one thread. */
final class LookupCount {
  private long heapHits;
  private long offHeapHits;
  private long corrupt;
  private long otherShape;

  /** Counts one look-up; true if the row was copied to its target. */
  boolean add(Lookup lookup) {
    switch (lookup) {
      case HEAP_HIT -> heapHits++;
      case OFF_HEAP_HIT -> offHeapHits++;
      case CORRUPT -> corrupt++;
      case OTHER_SCHEMA -> otherShape++;
      case MISS -> {
        return false;
      }
    }
    return lookup == Lookup.HEAP_HIT || lookup == Lookup.OFF_HEAP_HIT;
  }

  boolean sawOtherShape() {
    return otherShape > 0;
  }

  /** Rows whose absence is already explained: they were found, but not usable. */
  long corrupt() {
    return corrupt;
  }

  /** The rows copied from tiers were returned. */
  void reportHits(StatsRecorder recorder, FunctionState function) {
    recorder.hit(function, Tier.HEAP, heapHits);
    recorder.hit(function, Tier.OFF_HEAP, offHeapHits);
  }

  /** The batch was computed as a whole, so what was found did not serve. */
  void reportRecomputed(StatsRecorder recorder, FunctionState function) {
    recorder.miss(
        function,
        otherShape > 0 ? MissReason.OTHER_SHAPE : MissReason.RECOMPUTED,
        heapHits + offHeapHits);
  }
}
