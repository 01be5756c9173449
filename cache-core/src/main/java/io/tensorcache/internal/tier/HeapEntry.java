package io.tensorcache.internal.tier;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A row in the heap tier with its place in the recency ring. The links and states are guarded by
 * the lock of the {@link HeapTier}; the mark is set by readers without it.
 */
final class HeapEntry {
  /**
   * Java objects around a payload: key, row, arrays, this, Ehcache's holder, its share of the map.
   * Measured: 250 bytes with compressed references.
   */
  static final int OVERHEAD_BYTES = 256;

  private static final VarHandle USED;

  static {
    try {
      USED = MethodHandles.lookup().findVarHandle(HeapEntry.class, "used", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final TensorKey key;
  final @Nullable Row row;

  /** What it counts for in the tier: its payload and {@link #OVERHEAD_BYTES}. */
  final long byteCount;

  /** In the ring; else on its way out, or out. */
  boolean linked;

  /** Removed by a user while on its way out: must not come back from the next tier. */
  boolean removed;

  HeapEntry previous = this;
  HeapEntry next = this;

  @SuppressWarnings("unused") // through USED
  private boolean used;

  /** The ring itself, or a stand-in for "refused". */
  HeapEntry() {
    this.key = new TensorKey(0, 0);
    this.row = null;
    this.byteCount = 0;
  }

  HeapEntry(TensorKey key, Row row) {
    this.key = key;
    this.row = row;
    this.byteCount = bytesOf(row);
  }

  static long bytesOf(Row row) {
    return row.payloadBytes() + OVERHEAD_BYTES;
  }

  /** Marks it as used since the last look; writes only when that is news. */
  void markUsed() {
    if (!(boolean) USED.getOpaque(this)) {
      USED.setOpaque(this, true);
    }
  }

  /** True if it was used since the last look. */
  boolean takeUsed() {
    boolean was = (boolean) USED.getOpaque(this);
    USED.setOpaque(this, false);
    return was;
  }

  void linkBefore(HeapEntry ring) {
    previous = ring.previous;
    next = ring;
    ring.previous.next = this;
    ring.previous = this;
    linked = true;
  }

  /** Once it is out of the ring: puts it behind the last of those that were taken out before. */
  void takeAfter(@Nullable HeapEntry last) {
    if (last != null) {
      last.next = this;
    }
  }

  /** The next of those that were taken out with it; null after the last. */
  @Nullable HeapEntry nextTaken() {
    return next == this ? null : next;
  }

  void unlink() {
    previous.next = next;
    next.previous = previous;
    previous = this;
    next = this;
    linked = false;
  }
}
