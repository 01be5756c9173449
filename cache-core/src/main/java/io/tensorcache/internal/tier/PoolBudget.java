package io.tensorcache.internal.tier;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many entries fit before Ehcache would evict one: what moving rows up and down and {@code
 * KEEP_FIRST} need and Ehcache does not tell. Safe for use by several threads.
 */
final class PoolBudget {
  private final PoolKind kind;
  private long initialLimit;
  private final AtomicLong used = new AtomicLong();
  private volatile long limit;

  /** The smallest row that was refused since something was freed. */
  private volatile long refusedBytes = Long.MAX_VALUE;

  PoolBudget(PoolKind kind, long poolBytes) {
    this.kind = kind;
    this.initialLimit = kind.usable(poolBytes);
    this.limit = initialLimit;
  }

  /** Leaves a tenth to the holes between entries of many sizes. Before the pool is used. */
  void leaveSlack() {
    initialLimit = initialLimit / 10 * 9;
    limit = initialLimit;
  }

  /** True if a row that was no larger was refused since: not worth encoding. */
  boolean isKnownToBeFull(long plainBytes) {
    return plainBytes >= refusedBytes;
  }

  /** True if an entry of this size would fit now. */
  boolean hasRoomFor(long entryBytes) {
    return used.get() + kind.cost(entryBytes) <= limit;
  }

  /** False, and nothing reserved, if the entry does not fit. */
  boolean reserve(long entryBytes, long plainBytes) {
    long cost = kind.cost(entryBytes);
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

  /** Counts an entry whether it fits or not. */
  void add(long entryBytes) {
    used.addAndGet(kind.cost(entryBytes));
  }

  void release(long entryBytes) {
    used.addAndGet(-kind.cost(entryBytes));
    refusedBytes = Long.MAX_VALUE;
  }

  /** Nothing more than now. */
  void lowerLimit() {
    limit = Math.min(limit, used.get());
  }

  /** Not much more than now: a tenth of the pool at most is given up to holes between entries. */
  void lowerLimitALittle() {
    limit = Math.max(Math.min(limit, used.get()), initialLimit / 10 * 9);
  }

  void clear() {
    used.set(0);
    limit = initialLimit;
    refusedBytes = Long.MAX_VALUE;
  }
}
