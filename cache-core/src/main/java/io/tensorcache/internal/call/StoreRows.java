package io.tensorcache.internal.call;

import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.internal.rows.RowPlaces;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** The rows of one call that lie in the durable store, read all at once. Confined to one thread. */
final class StoreRows implements RowSource {
  private final KeyedBatch<?> batch;
  private final PersistedRows persisted;
  private boolean wasAsked;

  StoreRows(KeyedBatch<?> batch, PersistedRows persisted) {
    this.batch = batch;
    this.persisted = persisted;
  }

  @Override
  public RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount found) {
    if (found.sawOtherShape()) {
      return wanted; // the batch is computed as a whole
    }
    List<TensorKey> keys = new ArrayList<>(wanted.size());
    wanted.forEach(row -> keys.add(batch.key(row)));
    boolean isUnchanged = wasAsked && keys.stream().noneMatch(persisted::contains);
    wasAsked = true;
    if (isUnchanged || !result.isOpen() && !opens(result, keys)) {
      return wanted;
    }
    Supplier<IntFunction<RowTarget>> threads = result.targetsOfThreads();
    Lookup[] lookups =
        persisted.readAll(
            keys,
            () -> {
              IntFunction<RowTarget> targets = threads.get();
              return i -> targets.apply(wanted.get(i));
            });
    RowPlaces places = batch.function().places();
    RowList missing = new RowList();
    for (int i = 0; i < lookups.length; i++) {
      if (!found.add(wanted.get(i), lookups[i])) {
        missing.add(wanted.get(i));
      } else {
        places.served(
            keys.get(i), result.storedRowBytes(), batch.function().state()::shared, batch.group());
      }
    }
    return missing;
  }

  /** Opens the result for the first row that is here; false if that is not possible. */
  private boolean opens(ResultBatch<?> result, List<TensorKey> keys) {
    for (TensorKey key : keys) {
      RowSchema schema = persisted.schema(key);
      if (schema != null) {
        return opens(result, schema);
      }
    }
    return false;
  }

  /** What a file says of a row is not verified yet: that it cannot be given back is a miss. */
  private boolean opens(ResultBatch<?> result, RowSchema schema) {
    try {
      result.open(schema);
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      persisted.failed(
          new StorageException(
              "stored rows are computed again, as no memory can be had for them: " + e, e));
      return false;
    }
  }
}
