package io.tensorcache;

import io.tensorcache.error.TensorCacheException;

/**
 * Is told what goes wrong inside a cache while the training run goes on. It is called on any thread
 * and must not block.
 * <!-- region: cache-listener, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .listener(failure -> failures.add(failure)) // the call that met it goes on
 *         .build();
 * }</pre>
 */
@FunctionalInterface
public interface CacheListener {
  /**
   * Hears of a failure, which was counted; the function runs instead. What this method throws is
   * logged and dropped.
   */
  void onFailure(TensorCacheException failure);
}
