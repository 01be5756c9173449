package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;

/** A row that waits to be written. It can be read meanwhile. */
final class Pending {
  final TensorKey key;
  final Row row;
  final Provenance provenance;
  final long createdMillis;

  /** Removed by a user before it was written. */
  volatile boolean isCancelled;

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
