package io.tensorcache.internal.durable;

import io.tensorcache.error.TensorCacheException;

/**
 * What the durable store tells. Called without a lock, on the thread of an operation or on the
 * store's own, possibly by several threads at once. Must not call the store.
 */
public interface DurableEvents {
  /** Something could not be read or written; the caller got a miss or "not admitted". */
  void failed(TensorCacheException failure);

  /** So many entries were dropped to make room. */
  void evicted(long entries);
}
