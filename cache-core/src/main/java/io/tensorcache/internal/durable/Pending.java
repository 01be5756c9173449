package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;

/** A row that waits to be written. It can be read meanwhile. */
final class Pending {
  final TensorKey key;
  final Row row;
  final Provenance provenance;
  final long createdMillis;

  /** Room for it is counted as used on the disk. Guarded by the lock of the queue. */
  boolean isReserved;

  /** Removed by a user before it could be found in a segment. */
  private boolean cancelled;

  Pending(TensorKey key, Row row, Provenance provenance, long createdMillis) {
    this.key = key;
    this.row = row;
    this.provenance = provenance;
    this.createdMillis = createdMillis;
  }

  synchronized void cancel() {
    cancelled = true;
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Acts, unless the row is or becomes cancelled before that; says whether. */
  synchronized boolean unlessCancelled(Runnable action) {
    if (!cancelled) {
      action.run();
    }
    return !cancelled;
  }

  long byteCount() {
    return row.payloadBytes() + SegmentFormatV1.UNIT;
  }
}
