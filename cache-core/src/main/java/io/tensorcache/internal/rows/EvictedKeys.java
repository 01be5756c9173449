package io.tensorcache.internal.rows;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which keys were dropped, to tell an evicted row from a new one. A fixed table of 512
 * KiB, made when the first one is: a later key in the same place replaces an earlier one.
 */
final class EvictedKeys {
  private static final int SLOTS = 1 << 16;

  private final RankedLock lock = new RankedLock(Rank.EVICTED_KEYS);

  /** Null as long as nothing was dropped. */
  private volatile @Nullable AtomicLongArray slots;

  void add(TensorKey key) {
    AtomicLongArray table = slots;
    (table == null ? newTable() : table).setOpaque(slot(key), mark(key));
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

  boolean contains(TensorKey key) {
    AtomicLongArray table = slots;
    return table != null && table.getOpaque(slot(key)) == mark(key);
  }

  void clear() {
    slots = null;
  }

  private static int slot(TensorKey key) {
    return (int) key.lo() & (SLOTS - 1);
  }

  private static long mark(TensorKey key) {
    return key.hi() == 0 ? 1 : key.hi();
  }
}
