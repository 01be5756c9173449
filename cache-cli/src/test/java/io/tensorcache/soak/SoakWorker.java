package io.tensorcache.soak;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A thread of the soak that asks for rows and entries. */
final class SoakWorker implements Runnable {
  private static final int IDS = 40_000;
  private static final int BATCHES = 300;

  /** After a closed cache was met: with 2,000 threads, who opens the next one must come first. */
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(64);

  private final Supplier<SoakLife> life;
  private final SoakCounts counts;
  private final Random random;
  private final Supplier<Boolean> goesOn;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private volatile long movedNanos = System.nanoTime();
  private volatile boolean running = true;
  private volatile boolean isToRest;
  private volatile boolean isResting;

  SoakWorker(Supplier<SoakLife> life, SoakCounts counts, long seed, Supplier<Boolean> goesOn) {
    this.life = life;
    this.counts = counts;
    this.random = new Random(seed);
    this.goesOn = goesOn;
  }

  @Override
  public void run() {
    try {
      while (goesOn.get()) {
        rest();
        try {
          round();
        } catch (OutOfMemoryError e) { // of sorting or counting
          counts.outOfMemory(e);
        }
        movedNanos = System.nanoTime();
      }
    } finally {
      running = false;
    }
  }

  private void rest() {
    while (isToRest && goesOn.get()) {
      isResting = true;
      LockSupport.parkNanos(LONGEST_PAUSE_NANOS);
    }
    isResting = false;
    movedNanos = System.nanoTime();
  }

  /** Asks it to begin no call, or to go on. */
  void toRest(boolean isWanted) {
    isToRest = isWanted;
  }

  /** True if it is in no call, and begins none. */
  boolean isResting() {
    return isResting || !running;
  }

  private void round() {
    SoakLife now = life.get();
    try {
      step(now);
      pauseNanos = FIRST_PAUSE_NANOS;
    } catch (Throwable e) {
      sort(now, e);
    }
    if (random.nextBoolean() && Thread.interrupted()) {
      counts.event("interrupts seen");
    }
  }

  private void sort(SoakLife of, Throwable e) {
    if (SoakCounts.isOutOfMemory(e)) {
      counts.outOfMemory(e);
    } else if (of.explains(e)) {
      counts.whileClosed.increment();
      LockSupport.parkNanos(pauseNanos);
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    } else {
      counts.unexpected("a call", e);
    }
  }

  private void step(SoakLife now) {
    if (random.nextInt(3) == 0) {
      for (int i = 0; i < 10; i++) {
        now.scopes.step(random);
      }
      return;
    }
    SoakFunction.Kind[] kinds = SoakFunction.Kind.values();
    SoakFunction.Kind kind =
        random.nextInt(3) == 0 ? SoakFunction.Kind.PLAIN : kinds[random.nextInt(kinds.length)];
    int rows = 1 + random.nextInt(kind.mostRows);
    long[] ids = new long[rows];
    long first = 1_000L * random.nextInt(BATCHES);
    for (int row = 0; row < rows; row++) {
      double u = random.nextDouble();
      ids[row] = kind == SoakFunction.Kind.WHOLE ? first + row : (long) (IDS * u * u * u * u);
    }
    now.functions.get(kind).check(ids);
  }

  /** Seconds since it last came back from a call; 0 if it has ended. */
  long secondsStill() {
    return running ? (System.nanoTime() - movedNanos) / 1_000_000_000L : 0;
  }
}
