package io.tensorcache.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets the heap run out at intervals: takes all there is, down to the last few bytes, until another
 * thread has found none, and gives it back. Confined to one thread.
 */
final class SoakHeap {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long HELD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MOST_HELD_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LARGEST_BYTES = 1 << 20;
  private static final int SMALLEST_BYTES = 64;

  private final SoakCounts counts;
  private long dueNanos = System.nanoTime() + FIRST_NANOS;

  SoakHeap(SoakCounts counts) {
    this.counts = counts;
  }

  /** A list that needs nothing but its links. */
  private record Block(@Nullable Block before, byte[] bytes) {}

  /** True once the last time is long enough ago. */
  boolean isDue() {
    return System.nanoTime() - dueNanos >= 0;
  }

  /** Holds the heap full until a call has met it so. */
  void runOut() {
    long before = counts.outOfMemory.get();
    Block all = fill();
    long since = System.nanoTime();
    long held = 0;
    while (held < HELD_NANOS || counts.outOfMemory.get() == before && held < MOST_HELD_NANOS) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      if (held > HELD_NANOS) {
        all = more(all, SMALLEST_BYTES); // what others gave back since
      }
      held = System.nanoTime() - since;
    }
    all = null;
    dueNanos = System.nanoTime() + INTERVAL_NANOS;
    counts.heapRanOut.incrementAndGet();
  }

  private static Block fill() {
    Block all = new Block(null, new byte[0]);
    for (int size = LARGEST_BYTES; size >= SMALLEST_BYTES; size /= 32) {
      all = more(all, size);
    }
    return all;
  }

  /** Takes blocks of this size until there are no more. */
  private static Block more(Block before, int size) {
    Block all = before;
    try {
      while (true) {
        all = new Block(all, new byte[size]);
      }
    } catch (OutOfMemoryError e) {
      return all;
    }
  }
}
