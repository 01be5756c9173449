package io.tensorcache.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that lets the heap run out at intervals: takes all there is, down to the last few bytes,
 * until another thread has found none, and gives it back. It does nothing else, so that caches are
 * opened and closed meanwhile too.
 */
final class SoakHeap extends Thread {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long HELD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MOST_HELD_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LARGEST_BYTES = 1 << 20;
  private static final int SMALLEST_BYTES = 64;

  private final SoakCounts counts;
  private volatile boolean ended;

  SoakHeap(SoakCounts counts) {
    super("soak-heap");
    this.counts = counts;
    setDaemon(true);
  }

  @Override
  public void run() {
    pause(FIRST_NANOS);
    while (!ended || counts.heapRanOut.get() == 0) {
      try {
        runOut();
      } catch (OutOfMemoryError e) { // what it holds is free again
        continue;
      }
      pause(INTERVAL_NANOS);
    }
  }

  private void pause(long nanos) {
    long since = System.nanoTime();
    while (!ended && System.nanoTime() - since < nanos) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Ends after the heap ran out at least once; false if it does not end in time. */
  boolean end(long millis) throws InterruptedException {
    ended = true;
    join(millis);
    return !isAlive();
  }

  /** A list that needs nothing but its links. */
  private record Block(@Nullable Block before, byte[] bytes) {}

  /** Holds the heap full until a call has met it so. */
  private void runOut() {
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
