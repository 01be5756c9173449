package io.tensorcache.config;

/**
 * How much is kept, from nothing to everything. What is stored has a level of at most the level of
 * its cache.
 */
public enum CacheLevel {
  NONE,
  LIGHT,
  NORMAL,
  HEAVY,
  TOTAL;

  /** True if something of this level is stored where {@code limit} is the level in force. */
  public boolean isStoredAt(CacheLevel limit) {
    return compareTo(limit) <= 0;
  }
}
