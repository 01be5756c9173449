package io.tensorcache;

import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Remembers which keys were dropped, to tell an evicted row from a new one. A fixed table of 512
 * KiB: a later key in the same place replaces an earlier one.
 */
final class EvictedKeys {
  private static final int SLOTS = 1 << 16;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  void add(TensorKey key) {
    slots.setOpaque(slot(key), mark(key));
  }

  boolean contains(TensorKey key) {
    return slots.getOpaque(slot(key)) == mark(key);
  }

  void clear() {
    for (int i = 0; i < SLOTS; i++) {
      slots.setOpaque(i, 0);
    }
  }

  private static int slot(TensorKey key) {
    return (int) key.lo() & (SLOTS - 1);
  }

  private static long mark(TensorKey key) {
    return key.hi() == 0 ? 1 : key.hi();
  }
}
