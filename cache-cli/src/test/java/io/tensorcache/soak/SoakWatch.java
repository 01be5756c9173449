package io.tensorcache.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the process where nothing moves any more. Calls that come back move, but those that met a
 * closed cache only if another one is being opened meanwhile. Needs no memory while it looks.
 */
final class SoakWatch {
  static final int HUNG = 3;

  private static final long STILL_SECONDS = 30;

  private final SoakCounts counts;
  private final SoakThreads threads;
  private final SoakHeap heap;
  private final String of;
  private long lastWork = -1;
  private long lastClosed;
  private long lastSteps;
  private long sinceNanos = System.nanoTime();
  private long lastStep = -1;
  private long stepNanos;

  /** {@code of} names the process in what is printed. */
  SoakWatch(SoakCounts counts, SoakThreads threads, SoakHeap heap, String of) {
    this.counts = counts;
    this.threads = threads;
    this.heap = heap;
    this.of = of;
  }

  void start() {
    Thread thread = new Thread(this::watch, "soak-watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whatever happens to this thread, somebody hears of it. */
  private void watch() {
    try {
      while (true) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        look();
      }
    } catch (Throwable e) {
      System.out.println("HANG: the watchdog itself: " + e);
      System.out.flush();
      Runtime.getRuntime().halt(HUNG);
    }
  }

  private void look() {
    if (moves() || heap.isFull()) { // full for ten seconds at most
      sinceNanos = System.nanoTime();
    }
    if (System.nanoTime() - sinceNanos > TimeUnit.SECONDS.toNanos(STILL_SECONDS)) {
      hang("nothing moves for " + STILL_SECONDS + " s");
    }
    if (counts.lifeSteps.get() != lastStep) {
      lastStep = counts.lifeSteps.get();
      stepNanos = System.nanoTime();
    }
    if (System.nanoTime() - stepNanos > TimeUnit.SECONDS.toNanos(10 * STILL_SECONDS)) {
      hang("no cache is opened or closed for " + 10 * STILL_SECONDS + " s");
    }
    if (threads.secondsStill() > 4 * STILL_SECONDS) {
      rest();
    }
  }

  /**
   * A call of many that waits for long may only be starved: when the others begin no more, and the
   * heap is left alone, it must return.
   */
  private void rest() {
    counts.event("rests");
    heap.toRest(true);
    if (!threads.rest(TimeUnit.SECONDS.toMillis(2 * STILL_SECONDS))) {
      threads.printStill(3 * STILL_SECONDS);
      hang(
          "a call does not return for "
              + 6 * STILL_SECONDS
              + " s, nor when nothing else is called");
    }
    heap.toRest(false);
    threads.goOn();
    sinceNanos = System.nanoTime();
  }

  /** True if something moved since the last call. */
  private boolean moves() {
    long work = counts.lookUps.sum() + counts.scopeOperations.sum() + counts.outOfMemory.get();
    long closed = counts.whileClosed.sum();
    long steps = counts.lifeSteps.get();
    boolean isMoving = work != lastWork || closed != lastClosed && steps != lastSteps;
    if (isMoving) {
      lastWork = work;
      lastClosed = closed;
      lastSteps = steps;
    }
    return isMoving;
  }

  void hang(String what) {
    counts.hangs.incrementAndGet();
    System.out.println("HANG: " + what);
    System.out.flush();
    System.out.println("SOAK HUNG: " + of + ", " + counts);
    System.out.flush();
    SoakThreads.printStacks();
    threads.printStill(STILL_SECONDS / 2);
    Runtime.getRuntime().halt(HUNG);
  }
}
