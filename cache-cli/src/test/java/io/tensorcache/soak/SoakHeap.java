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
  private volatile boolean isToRest;
  private volatile boolean isFull;
  private boolean hasRunOut; // since it was begun last

  SoakHeap(SoakCounts counts) {
    super("soak-heap");
    this.counts = counts;
    setDaemon(true);
  }

  @Override
  public void run() {
    pause(FIRST_NANOS);
    while (!ended || counts.outOfMemory.get() == 0) {
      try {
        if (!isToRest) {
          runOut();
        }
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

  /** Asks it to leave the heap alone, or to go on. */
  void toRest(boolean isWanted) {
    isToRest = isWanted;
  }

  /** Ends after a call has met a full heap; false if it does not end in time. */
  boolean end(long millis) throws InterruptedException {
    ended = true;
    join(millis);
    return !isAlive();
  }

  /** A list that needs nothing but its links. */
  private record Block(@Nullable Block before, byte[] bytes) {}

  /** True while it leaves nothing to others: no call can go on. */
  boolean isFull() {
    return isFull;
  }

  /** Holds the heap full until a call has met it so. */
  private void runOut() {
    long before = counts.outOfMemory.get();
    long since = System.nanoTime();
    isFull = true;
    hasRunOut = false;
    try {
      Block all = fill(since);
      long held = 0;
      while (held < HELD_NANOS
          || !isToRest && counts.outOfMemory.get() == before && isInTime(since)) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        if (held > HELD_NANOS) {
          all = more(all, SMALLEST_BYTES, since); // what others gave back since
        }
        held = System.nanoTime() - since;
      }
      all = null;
    } finally {
      isFull = false;
    }
    if (hasRunOut) {
      counts.heapRanOut.incrementAndGet();
    }
  }

  private static boolean isInTime(long since) {
    return System.nanoTime() - since < MOST_HELD_NANOS;
  }

  private Block fill(long since) {
    Block all = new Block(null, new byte[0]);
    for (int size = LARGEST_BYTES; size >= SMALLEST_BYTES; size /= 32) {
      all = more(all, size, since);
    }
    return all;
  }

  /**
   * Takes blocks of this size until there are no more. Others may give back as much as it takes for
   * a long time, each block after a collection of its own.
   */
  private Block more(Block before, int size, long since) {
    Block all = before;
    try {
      while (isInTime(since)) {
        all = new Block(all, new byte[size]);
      }
    } catch (OutOfMemoryError e) {
      hasRunOut |= size == SMALLEST_BYTES;
    }
    return all;
  }
}
