package io.tensorcache.internal.rows;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which keys were dropped and when, evicted or never let in, to tell their rows from new
 * ones. A fixed table of 512 KiB, made when the first one is: a later key in the same place
 * replaces an earlier one. Safe for use by several threads.
 */
final class EvictedKeys {
  private static final int SLOTS = 1 << 16;

  /**
   * An odd number that spreads what keys differ in over all bits: 2^64 through the golden ratio.
   */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final long TIME = 0xFFFFFFFFL;

  private static final long REFUSED = TIME + 1;

  private static final long MARK = ~(TIME | REFUSED);

  private final RankedLock lock = new RankedLock(Rank.EVICTED_KEYS);

  /** How many keys were dropped, from 0 again after 2^32. */
  private final AtomicInteger dropped = new AtomicInteger();

  /**
   * A mark of the key, whether it was refused, and the number that it was dropped as. Null as long
   * as nothing was dropped.
   */
  private volatile @Nullable AtomicLongArray slots;

  /** The row was evicted. */
  void add(TensorKey key) {
    add(key, 0);
  }

  /** The row was not let in. */
  void addRefused(TensorKey key) {
    add(key, REFUSED);
  }

  private void add(TensorKey key, long how) {
    AtomicLongArray table = slots;
    long number = dropped.incrementAndGet() & TIME;
    (table == null ? newTable() : table).setOpaque(slot(key), mark(key) | how | number);
  }

  private AtomicLongArray newTable() {
    try {
      lock.lock();
      AtomicLongArray table = slots;
      if (table == null) {
        table = new AtomicLongArray(SLOTS);
        slots = table;
      }
      return table;
    } finally {
      lock.unlock();
    }
  }

  /** How many others were dropped since this one was; -1 if it was not, or is forgotten. */
  long dropsSince(TensorKey key) {
    long found = found(key);
    return found == 0 ? -1 : dropped.get() - found & TIME;
  }

  /** True if it was not let in the last time. */
  boolean wasRefused(TensorKey key) {
    return (found(key) & REFUSED) != 0;
  }

  /** What is known of a key; 0 if nothing is. */
  private long found(TensorKey key) {
    AtomicLongArray table = slots;
    long found = table == null ? 0 : table.getOpaque(slot(key));
    return (found & MARK) == mark(key) ? found : 0;
  }

  void clear() {
    slots = null;
  }

  private static int slot(TensorKey key) {
    return (int) key.lo() & (SLOTS - 1);
  }

  /** Never 0, which an empty slot has. */
  private static long mark(TensorKey key) {
    long mark = key.hi() * SPREAD & MARK;
    return mark == 0 ? REFUSED << 1 : mark;
  }
}
