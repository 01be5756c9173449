package io.tensorcache.config;

/**
 * Where a stored row lies.
 * <!-- region: cache-stats, from StatsExamplesTest.java -->
 *
 * <pre>{@code
 * CacheStats before = cache.stats();
 * // ... a part of the program
 * CacheStats since = cache.stats().since(before);
 * double rate = since.hitRate(); // of the distinct rows asked for
 * long cold = since.misses(MissReason.COLD); // never seen before
 * long fromHeap = cache.stats().hitsByTier().getOrDefault(Tier.HEAP, 0L);
 * }</pre>
 */
public enum Tier {
  /** It lies in the memory of a CUDA device. */
  DEVICE,
  /** It lies on the Java heap, by reference. */
  HEAP,
  /** It lies in memory outside the Java heap, as bytes. */
  OFF_HEAP,
  /**
   * It lies in a file of this process, as bytes. The file is scratch: it is gone when the process
   * ends.
   */
  DISK,
  /** It lies in the files of the durable store. */
  DURABLE
}
