package io.tensorcache;

import io.tensorcache.tensor.TensorKey;

/** What the rows of a cache tell those above. */
@FunctionalInterface
interface RowEvents {
  /**
   * A row was dropped from memory to make room. Told as {@link
   * io.tensorcache.internal.store.TierEvents#evicted} is.
   *
   * @param group what stands for the function or the scope in the row
   */
  void evicted(TensorKey key, int group);
}
