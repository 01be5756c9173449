package io.tensorcache;

import io.tensorcache.error.TensorCacheException;

/**
 * Told what goes wrong inside a cache while the training run goes on. Called on any thread; must
 * not block.
 */
@FunctionalInterface
public interface CacheListener {
  /**
   * Something failed: it was counted, and the function runs instead. What this method throws is
   * logged and dropped.
   */
  void onFailure(TensorCacheException failure);
}
