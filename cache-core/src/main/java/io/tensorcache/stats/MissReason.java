package io.tensorcache.stats;

/**
 * Why a row was not served from the cache.
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
public enum MissReason {
  /**
   * It was never seen under this function and fingerprint, or is past the time to live of the
   * store.
   */
  COLD,
  /**
   * It was stored and has been dropped to make room. This is known for about the last 65,536 rows
   * that were dropped or refused; older ones count as cold.
   */
  EVICTED,
  /**
   * It was computed before, and full tiers did not let it in, because it was asked for no more
   * often than what would have gone for it ({@code EVICT}). Known as long as for {@link #EVICTED}.
   */
  REFUSED,
  /** It is stored under an earlier fingerprint of the function. */
  OTHER_FINGERPRINT,
  /** What was stored did not pass its checks. */
  CORRUPT,
  /** The stored row has another shape than the rest of its batch. */
  OTHER_SHAPE,
  /** Another thread was computing the row, and this one computed it too, with its whole batch. */
  IN_FLIGHT,
  /** The function's level is above the level of the cache. */
  LEVEL,
  /** The keys or the result could not be made on the device of the input; see the listener. */
  DEVICE,
  /** The batch was computed as a whole ({@code RECOMPUTE_BATCH}) although this row was stored. */
  RECOMPUTED
}
