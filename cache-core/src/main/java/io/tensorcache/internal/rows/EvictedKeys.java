package io.tensorcache.internal.rows;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which keys were dropped and when, to tell an evicted row from a new one. A fixed table
 * of 512 KiB, made when the first one is: a later key in the same place replaces an earlier one.
 * Safe for use by several threads.
 */
final class EvictedKeys {
  private static final int SLOTS = 1 << 16;

  /**
   * An odd number that spreads what keys differ in over all bits: 2^64 through the golden ratio.
   */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final long TIME = 0xFFFFFFFFL;

  private final RankedLock lock = new RankedLock(Rank.EVICTED_KEYS);

  /** How many keys were dropped, from 0 again after 2^32. */
  private final AtomicInteger dropped = new AtomicInteger();

  /**
   * A mark of the key above the number that it was dropped as. Null as long as nothing was dropped.
   */
  private volatile @Nullable AtomicLongArray slots;

  void add(TensorKey key) {
    AtomicLongArray table = slots;
    long number = dropped.incrementAndGet() & TIME;
    (table == null ? newTable() : table).setOpaque(slot(key), mark(key) | number);
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
    AtomicLongArray table = slots;
    long found = table == null ? 0 : table.getOpaque(slot(key));
    return (found & ~TIME) == mark(key) ? dropped.get() - found & TIME : -1;
  }

  void clear() {
    slots = null;
  }

  private static int slot(TensorKey key) {
    return (int) key.lo() & (SLOTS - 1);
  }

  /** Never 0, which an empty slot has. */
  private static long mark(TensorKey key) {
    long mark = key.hi() * SPREAD & ~TIME;
    return mark == 0 ? TIME + 1 : mark;
  }
}
