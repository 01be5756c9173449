package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;

/** A row that waits to be written. It can be read meanwhile. */
final class Pending {
  final TensorKey key;
  final Row row;
  final Provenance provenance;
  final long createdMillis;

  /** Room for it is counted as used on the disk. Guarded by the lock of the queue. */
  boolean isReserved;

  private final RankedLock lock = new RankedLock(Rank.PENDING_ROW);

  /** Removed by a user before it could be found in a segment. */
  private boolean cancelled;

  Pending(TensorKey key, Row row, Provenance provenance, long createdMillis) {
    this.key = key;
    this.row = row;
    this.provenance = provenance;
    this.createdMillis = createdMillis;
  }

  void cancel() {
    try {
      lock.lock();
      cancelled = true;
    } finally {
      lock.unlock();
    }
  }

  boolean isCancelled() {
    try {
      lock.lock();
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  /** Acts, unless the row is or becomes cancelled before that; says whether. */
  boolean unlessCancelled(Runnable action) {
    try {
      lock.lock();
      if (!cancelled) {
        action.run();
      }
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }

  long byteCount() {
    return row.payloadBytes() + SegmentFormatV1.UNIT;
  }
}
