package io.tensorcache.internal.durable;

import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.TensorKey;
import java.time.Instant;

/**
 * What the store knows about one entry without reading its row.
 *
 * @param key its key
 * @param provenance where the row comes from
 * @param created when it was stored, to the second, by the clock of the process that stored it
 * @param byteCount bytes it takes in its segment
 * @param segment the name of the segment, without suffix
 * @param place where its record lies, as this store counts
 */
public record StoredEntry(
    TensorKey key,
    Provenance provenance,
    Instant created,
    long byteCount,
    String segment,
    long place) {
  /** True if it meets every condition. */
  public boolean isIn(RowSelection selection) {
    return provenance.isIn(selection, created);
  }

  /** Bytes from the start of the segment to its record. */
  public long offset() {
    return Place.offset(place);
  }
}
