package io.tensorcache;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.durable.DurableLookup;
import io.tensorcache.internal.store.Lookup;
import io.tensorcache.stats.MissReason;
import java.util.BitSet;

/** What the look-ups of one call gave. Confined to one thread. */
final class LookupCount {
  private final BitSet corrupt = new BitSet(); // rows found damaged and not found elsewhere
  private long deviceHits;
  private long heapHits;
  private long offHeapHits;
  private long diskHits;
  private long durableHits;
  private long waited;
  private long otherShape;

  /** Counts one look-up in memory; true if the row was copied to its target. */
  boolean add(int row, Lookup lookup) {
    switch (lookup) {
      case DEVICE_HIT -> deviceHits++;
      case HEAP_HIT -> heapHits++;
      case OFF_HEAP_HIT -> offHeapHits++;
      case DISK_HIT -> diskHits++;
      case CORRUPT -> corrupt.set(row);
      case OTHER_SCHEMA -> otherShape++;
      case MISS -> {
        return false;
      }
    }
    return lookup.isHit();
  }

  /** Counts one look-up in the durable store; true if the row was copied to its target. */
  boolean add(int row, DurableLookup lookup) {
    switch (lookup) {
      case HIT -> {
        durableHits++;
        corrupt.clear(row);
      }
      case CORRUPT -> corrupt.set(row);
      case OTHER_SCHEMA -> otherShape++;
      case MISS -> {
        return false;
      }
    }
    return lookup == DurableLookup.HIT;
  }

  /** Counts a row that another thread computed meanwhile. */
  void addWaited() {
    waited++;
  }

  /** Rows that disk tier and store had. */
  long fromDisk() {
    return diskHits + durableHits;
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
    recorder.hit(function, Tier.DEVICE, deviceHits);
    recorder.hit(function, Tier.HEAP, heapHits);
    recorder.hit(function, Tier.OFF_HEAP, offHeapHits);
    recorder.hit(function, Tier.DISK, diskHits);
    recorder.hit(function, Tier.DURABLE, durableHits);
    recorder.waited(function, waited);
  }

  /** The batch was computed as a whole, so what was found did not serve. */
  void reportRecomputed(StatsRecorder recorder, FunctionState function) {
    recorder.miss(
        function,
        otherShape > 0 ? MissReason.OTHER_SHAPE : MissReason.RECOMPUTED,
        deviceHits + heapHits + offHeapHits + diskHits + durableHits + waited);
  }
}
