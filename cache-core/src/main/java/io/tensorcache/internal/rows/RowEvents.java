package io.tensorcache.internal.rows;

import io.tensorcache.tensor.TensorKey;

/** What the rows of a cache tell those above. */
@FunctionalInterface
public interface RowEvents {
  /**
   * A row was dropped from memory to make room. Told as {@link
   * io.tensorcache.internal.tier.TierEvents#evicted} is.
   *
   * @param group what stands for the function or the scope in the row
   */
  void evicted(TensorKey key, int group);
}
