package io.tensorcache.internal.tier;

import io.tensorcache.error.TensorCacheException;
import io.tensorcache.tensor.TensorKey;

/**
 * What the memory tiers tell and ask. Told on the thread of whatever operation comes next to its
 * end, without a lock, possibly by several threads at once and in any order.
 */
public interface TierEvents {
  /** A row was dropped to make room. It may have been stored again since. */
  void evicted(TensorKey key, int group);

  /** A row was not let in, because those that would have gone for it are asked for as often. */
  void refused(TensorKey key);

  /** A tier could not do what was asked; the caller got a miss or "not admitted". */
  void failed(TensorCacheException failure);

  /**
   * Seconds that a hit of a row of this group saves for each byte of it; 0 if that is not known.
   * May be called under a lock; must not call the tiers.
   */
  double savedPerByte(int group);

  /**
   * True if the row is kept below the tiers, so that none of them has to write it to a disk. May be
   * called under a lock; must not call the tiers.
   */
  boolean isKeptElsewhere(TensorKey key);
}
