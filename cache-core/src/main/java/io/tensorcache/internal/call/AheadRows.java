package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.rows.AheadBatch;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.internal.rows.ReadAhead;
import org.jspecify.annotations.Nullable;

/** What was read ahead for one call, which is used once. Confined to one thread. */
final class AheadRows implements RowSource, AutoCloseable {
  private final ReadAhead readAhead;
  private final BatchKeys keys;
  private final AheadBatch batch;
  private final @Nullable PersistedRows persisted;
  private boolean isUsed;

  private AheadRows(
      ReadAhead readAhead, BatchKeys keys, AheadBatch batch, @Nullable PersistedRows persisted) {
    this.readAhead = readAhead;
    this.keys = keys;
    this.batch = batch;
    this.persisted = persisted;
  }

  /** Takes what was read ahead of a call; null if nothing was. */
  static @Nullable AheadRows of(KeyedBatch<?> call) {
    ReadAhead readAhead = call.function().functions().rows().readAhead();
    AheadBatch batch = readAhead.isEmpty() ? null : readAhead.take(call.keys().distinctKeys());
    return batch == null
        ? null
        : new AheadRows(readAhead, call.keys(), batch, call.function().places().persisted());
  }

  @Override
  public RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount found) {
    if (isUsed) {
      return wanted;
    }
    isUsed = true;
    try (batch) {
      RowList distinct = keys.distinctRows();
      RowList missing = new RowList();
      for (int i = 0, next = 0; next < wanted.size(); i++) {
        int row = distinct.get(i);
        if (row == wanted.get(next)) {
          next++;
          if (!copy(i, row, result, found)) {
            missing.add(row);
          }
        }
      }
      return missing;
    }
  }

  /** False if a row is not here, or not where it was read any more. */
  private boolean copy(int index, int row, ResultBatch<?> result, LookupCount found) {
    RowSchema schema = batch.schema();
    Lookup lookup = batch.found(index);
    if (lookup == Lookup.CORRUPT) {
      found.add(row, lookup); // why there will be nothing to find
    }
    if (schema == null
        || !lookup.isHit()
        || !result.open(schema)
        || !readAhead.isStillThere(keys.key(row), lookup, persisted)) {
      return false;
    }
    result.put(row, batch.parts(), index);
    return found.add(row, lookup);
  }

  /** Time of processors that it took to read them. */
  long costNanos() {
    return batch.costNanos();
  }

  @Override
  public void close() {
    batch.close();
  }
}
