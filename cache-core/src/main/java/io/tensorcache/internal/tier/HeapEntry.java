package io.tensorcache.internal.tier;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.gate.RingEntry;
import io.tensorcache.tensor.TensorKey;
import org.jspecify.annotations.Nullable;

/**
 * A row in the heap tier with its place in the order in which rows leave. The links and states are
 * guarded by the lock of the {@link HeapTier}; uses are noted by readers without it.
 */
final class HeapEntry extends RingEntry<HeapEntry> {
  /**
   * Java objects around a payload: key, row, arrays, this, Ehcache's holder, its share of the map.
   * Measured: 250 bytes with compressed references.
   */
  static final int OVERHEAD_BYTES = 256;

  final TensorKey key;
  final @Nullable Row row;

  /** In the ring; else on its way out, or out. */
  boolean linked;

  /** Removed by a user while on its way out: must not come back from the next tier. */
  boolean removed;

  /** The ends of the ring, or a stand-in for "refused". */
  HeapEntry() {
    super(0);
    this.key = new TensorKey(0, 0);
    this.row = null;
  }

  /** With the bytes that it counts for in the tier: its payload and {@link #OVERHEAD_BYTES}. */
  HeapEntry(TensorKey key, Row row) {
    super(bytesOf(row));
    this.key = key;
    this.row = row;
  }

  /** The group of the row; 0 for the ends. */
  int group() {
    return row == null ? 0 : row.group();
  }

  static long bytesOf(Row row) {
    return row.payloadBytes() + OVERHEAD_BYTES;
  }
}
