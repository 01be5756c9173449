package io.tensorcache.config;

/**
 * How much is kept, from nothing to everything. What is stored has a level of at most the level of
 * its cache.
 * <!-- region: cache-level, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache = TensorCache.builder("features").level(CacheLevel.LIGHT).build();
 * CachedFunction<HostTensor> kept =
 *     cache
 *         .function("kept", Fingerprint.version("1"), HostTensor.adapter())
 *         .level(CacheLevel.LIGHT) // at most the level of the cache: stored
 *         .wrap(x -> squares.of(x));
 * CachedFunction<HostTensor> dropped =
 *     cache
 *         .function("dropped", Fingerprint.version("1"), HostTensor.adapter())
 *         .level(CacheLevel.HEAVY) // above it: computed at each call
 *         .wrap(x -> squares.of(x));
 * }</pre>
 */
public enum CacheLevel {
  NONE,
  LIGHT,
  NORMAL,
  HEAVY,
  TOTAL;

  /** Says whether something of this level is stored where {@code limit} is the level in force. */
  public boolean isStoredAt(CacheLevel limit) {
    return compareTo(limit) <= 0;
  }
}
