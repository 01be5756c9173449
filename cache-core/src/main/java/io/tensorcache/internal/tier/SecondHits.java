package io.tensorcache.internal.tier;

import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Tells a second hit from a first one, nearly always, in 16 KiB: one bit for many keys. Safe for
 * use by several threads.
 */
final class SecondHits {
  private static final int BITS = 1 << 17;

  private final AtomicIntegerArray words = new AtomicIntegerArray(BITS / Integer.SIZE);

  /** True if this key, or one that shares its bit, was asked about before; then starts anew. */
  boolean isSecond(TensorKey key) {
    int bit = (int) (key.hi() >>> 32) & (BITS - 1);
    int mask = 1 << bit;
    return (words.getAndUpdate(bit >>> 5, word -> word ^ mask) & mask) != 0;
  }
}
