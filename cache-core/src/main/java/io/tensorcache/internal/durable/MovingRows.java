package io.tensorcache.internal.durable;

import io.tensorcache.tensor.TensorKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rows that are written again because their segment goes. The index does not have them meanwhile,
 * so whoever removes one takes it back here. Safe for use by several threads.
 */
final class MovingRows {
  private final Map<TensorKey, Arrival> rows = new ConcurrentHashMap<>();

  /** A row moves, if the index has it after this; the same one until {@link #clear}. */
  Arrival begin(TensorKey key) {
    return rows.computeIfAbsent(key, each -> new Arrival());
  }

  /** Takes a row back, unless it is in the index again. */
  void cancel(TensorKey key) {
    Arrival row = rows.get(key);
    if (row != null) {
      row.cancel();
    }
  }

  /** They are in the index, or nowhere. */
  void clear() {
    rows.clear();
  }
}
