package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.rows.CacheTiers;
import io.tensorcache.tensor.TensorKey;

/** The rows of one call that lie in the tiers. Confined to one thread. */
final class MemoryRows implements RowSource {
  private final BatchKeys keys;
  private final CacheTiers tiers;
  private final boolean mayLieOnDevice;

  /**
   * @param mayLieOnDevice whether the result is filled on a device as far as possible: it then gets
   *     memory on the host only for a row that is there
   */
  MemoryRows(KeyedBatch<?> batch, boolean mayLieOnDevice) {
    this.keys = batch.keys();
    this.tiers = batch.function().places().tiers();
    this.mayLieOnDevice = mayLieOnDevice;
  }

  @Override
  public RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount found) {
    RowList missing = new RowList();
    for (int i = 0; i < wanted.size(); i++) {
      int row = wanted.get(i);
      if (!copy(keys.key(row), row, result, found)) {
        missing.add(row);
      }
    }
    return missing;
  }

  private boolean copy(TensorKey key, int row, ResultBatch<?> result, LookupCount found) {
    if (mayLieOnDevice && !tiers.contains(key)) {
      return false;
    }
    if (!result.isOpen()) {
      RowSchema schema = tiers.schema(key);
      if (schema == null) {
        return false;
      }
      result.open(schema);
    }
    return found.add(row, tiers.read(key, result.target(row)));
  }
}
