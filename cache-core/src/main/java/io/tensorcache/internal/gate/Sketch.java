package io.tensorcache.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntFunction;

/**
 * How often keys were asked for lately, by an estimate that is never too low: counters of four bits
 * that many keys share. A key has four of them, all in one block of 64 bytes, and the lowest counts
 * (G. Cormode and S. Muthukrishnan, An improved data stream summary, 2005, with conservative
 * update). 12 to 24 bytes a row.
 *
 * <p>Takes no lock. Threads that count at the same time may lose a count, which harms nothing; only
 * growing and halving are left to one thread at a time.
 */
final class Sketch {
  /** What a counter goes up to. */
  static final int MOST = 15;

  private static final int LONGS_OF_BLOCK = 8;

  /** At 12 bytes a row; see {@link #isTooSmallFor}. */
  private static final double ROWS_OF_BLOCK = 64 / 12.0;

  private static final int FEWEST_BLOCKS = 64;

  private static final int MOST_BLOCKS = 1 << 27;

  private static final long LOW_BITS = 0x7777777777777777L;

  private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);

  private final IntFunction<long[]> allocation;
  private volatile long[] blocks;
  private volatile int mostBlocks = MOST_BLOCKS;

  Sketch() {
    this(long[]::new);
  }

  /** With an allocation that may throw. */
  Sketch(IntFunction<long[]> allocation) {
    this.allocation = allocation;
    this.blocks = allocation.apply(FEWEST_BLOCKS * LONGS_OF_BLOCK);
  }

  /** Takes the bits below 24 of the hash, and those above 31. */
  int frequency(long hash) {
    return frequency(blocks, hash);
  }

  private static int frequency(long[] table, long hash) {
    int frequency = MOST;
    for (int i = 0; i < 4; i++) {
      long word = (long) COUNTERS.getOpaque(table, word(table, hash, i));
      frequency = Math.min(frequency, (int) (word >>> shift(hash, i)) & MOST);
    }
    return frequency;
  }

  /** Counts the key once; returns how often it was asked for lately, with this time. */
  int increment(long hash) {
    long[] table = blocks;
    int frequency = Math.min(MOST, frequency(table, hash) + 1);
    raise(table, hash, frequency);
    return frequency;
  }

  /** Takes the key for one that was asked for at least so often. */
  void raise(long hash, int frequency) {
    raise(blocks, hash, Math.min(MOST, frequency));
  }

  private static void raise(long[] table, long hash, int frequency) {
    for (int i = 0; i < 4; i++) {
      int at = word(table, hash, i);
      int shift = shift(hash, i);
      long word = (long) COUNTERS.getOpaque(table, at);
      long missing = frequency - (word >>> shift & MOST);
      if (missing > 0) {
        COUNTERS.setOpaque(table, at, word + (missing << shift));
      }
    }
  }

  private static int word(long[] table, long hash, int i) {
    int block = (int) (hash >>> 32) & table.length / LONGS_OF_BLOCK - 1;
    return block * LONGS_OF_BLOCK + 2 * i + ((int) (hash >>> 6 * i) & 1);
  }

  private static int shift(long hash, int i) {
    return ((int) (hash >>> 6 * i + 1) & 15) << 2;
  }

  /** What was asked for long ago counts for half. One thread at a time. */
  void halve() {
    long[] table = blocks;
    for (int i = 0; i < table.length; i++) {
      COUNTERS.setOpaque(table, i, (long) COUNTERS.getOpaque(table, i) >>> 1 & LOW_BITS);
    }
  }

  /** Nothing was asked for so far. One thread at a time. */
  void forget() {
    long[] table = blocks;
    for (int i = 0; i < table.length; i++) {
      COUNTERS.setOpaque(table, i, 0L);
    }
  }

  /** True if so many rows would often be taken for each other. */
  boolean isTooSmallFor(long rows) {
    int count = blocks.length / LONGS_OF_BLOCK;
    return rows > ROWS_OF_BLOCK * count && count < mostBlocks;
  }

  /**
   * Makes two blocks of each. No key loses a count. Where there is no memory for that it stays as
   * it is for good: keys are taken for each other more often. One thread at a time.
   */
  void grow() {
    long[] table = blocks;
    long[] larger;
    try {
      larger = allocation.apply(2 * table.length);
    } catch (OutOfMemoryError e) {
      mostBlocks = table.length / LONGS_OF_BLOCK;
      return; // a look-up brought us here, and has nothing to do with it
    }
    for (int i = 0; i < table.length; i++) {
      long word = (long) COUNTERS.getOpaque(table, i);
      larger[i] = word;
      larger[table.length + i] = word;
    }
    blocks = larger;
  }

  long byteCount() {
    return (long) Long.BYTES * blocks.length;
  }
}
