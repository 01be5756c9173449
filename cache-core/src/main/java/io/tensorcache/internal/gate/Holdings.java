package io.tensorcache.internal.gate;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;

/**
 * How much one tier holds, in all and of the keys of a sample. Every key is in the sample of level
 * 0, half of them in that of level 1, and so on. Safe for use by several threads.
 */
public final class Holdings {
  /** Of the sample with the fewest keys: one of 32. */
  static final int TOP_LEVEL = 5;

  private final AtomicLong rows = new AtomicLong();
  private final AtomicLongArray bytes = new AtomicLongArray(TOP_LEVEL + 1); // of no higher level

  private final BooleanSupplier isOff;

  /**
   * @param isOff true from when the tier serves nothing any more, whatever came and went
   */
  Holdings(BooleanSupplier isOff) {
    this.isOff = isOff;
  }

  /** The highest level whose sample has the key. By bits of the hash that the sketch leaves. */
  static int level(long hash) {
    return Math.min(TOP_LEVEL, Long.numberOfTrailingZeros(hash >>> 24));
  }

  /** A row came, or with negative numbers went. */
  void add(long hash, long byteCount, int rowCount) {
    bytes.getAndAdd(level(hash), byteCount);
    rows.getAndAdd(rowCount);
  }

  /** Nothing is held. */
  void clear() {
    rows.set(0);
    for (int level = 0; level <= TOP_LEVEL; level++) {
      bytes.set(level, 0);
    }
  }

  long rows() {
    return isOff.getAsBoolean() ? 0 : rows.get();
  }

  /** Of the rows in the sample of this level. */
  long bytes(int level) {
    if (isOff.getAsBoolean()) {
      return 0;
    }
    long sum = 0;
    for (int i = level; i <= TOP_LEVEL; i++) {
      sum += bytes.get(i);
    }
    return sum;
  }
}
