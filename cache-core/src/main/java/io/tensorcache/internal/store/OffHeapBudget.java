package io.tensorcache.internal.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many entries fit before Ehcache would evict one: what {@code KEEP_FIRST} needs and Ehcache
 * does not tell. Safe for use by several threads.
 *
 * <p>Measured with Ehcache 3.11.1, pools of 1 MiB to 512 MiB, entries of 100 B to 600 KB, up to the
 * first eviction: an entry takes its bytes, 112 to 130 more for Ehcache's heads, its hash table and
 * alignment (8 more for our key), and up to 2.4 % for pages that are not filled.
 */
final class OffHeapBudget {
  private static final int ENTRY_OVERHEAD = 144;
  private static final int PAGE_SHARE = 40;
  private static final int RESERVE_SHARE = 50;

  private final long initialLimit;
  private final AtomicLong used = new AtomicLong();
  private volatile long limit;

  /** The smallest row that was refused since something was freed. */
  private volatile long refusedBytes = Long.MAX_VALUE;

  OffHeapBudget(long poolBytes) {
    this.initialLimit = poolBytes - poolBytes / RESERVE_SHARE;
    this.limit = initialLimit;
  }

  private static long cost(long entryBytes) {
    return entryBytes + ENTRY_OVERHEAD + entryBytes / PAGE_SHARE;
  }

  /** True if a row that was no larger was refused since: not worth encoding. */
  boolean isKnownToBeFull(long plainBytes) {
    return plainBytes >= refusedBytes;
  }

  /** False, and nothing reserved, if the entry does not fit. */
  boolean reserve(long entryBytes, long plainBytes) {
    long cost = cost(entryBytes);
    if (used.addAndGet(cost) <= limit) {
      return true;
    }
    used.addAndGet(-cost);
    refusedBytes = Math.min(refusedBytes, plainBytes);
    if (used.get() + cost <= limit) {
      refusedBytes = Long.MAX_VALUE; // something was freed in between
    }
    return false;
  }

  /** Counts an entry that is there already. */
  void add(long entryBytes) {
    used.addAndGet(cost(entryBytes));
  }

  void release(long entryBytes) {
    used.addAndGet(-cost(entryBytes));
    refusedBytes = Long.MAX_VALUE;
  }

  /** Nothing more than now. */
  void lowerLimit() {
    limit = Math.min(limit, used.get());
  }

  void clear() {
    used.set(0);
    limit = initialLimit;
    refusedBytes = Long.MAX_VALUE;
  }
}
