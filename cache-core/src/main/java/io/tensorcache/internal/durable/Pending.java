package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;

/** A row that waits to be written. It can be read meanwhile. */
final class Pending extends Arrival {
  final TensorKey key;
  final Row row;
  final Provenance provenance;
  final long createdMillis;

  /** Others may go for it if there is no room after all. Written before it is queued. */
  boolean mayDropOthers;

  /** Room for it is counted as used on the disk. Guarded by the lock of the queue. */
  boolean isReserved;

  Pending(TensorKey key, Row row, Provenance provenance, long createdMillis) {
    this.key = key;
    this.row = row;
    this.provenance = provenance;
    this.createdMillis = createdMillis;
  }

  long byteCount() {
    return row.payloadBytes() + SegmentFormatV1.UNIT;
  }
}
