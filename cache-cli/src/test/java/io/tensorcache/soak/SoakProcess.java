package io.tensorcache.soak;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * One process of the soak. Says what it found in one line that begins with {@code SOAK}, and ends
 * with 0 if all was well, 1 if not, 3 if it hung.
 */
final class SoakProcess {
  static final int HUNG = 3;

  private static final int PLATFORM_THREADS = 16;
  private static final int VIRTUAL_THREADS = 2_000;
  private static final long STILL_SECONDS = 30;

  private final Path directory;
  private final long seed;
  private final long lookUps;
  private final long endNanos;
  private final SoakCounts counts = new SoakCounts();
  private final AtomicReference<SoakLife> life = new AtomicReference<>();
  private final AtomicInteger version = new AtomicInteger();
  private final SoakThreads threads = new SoakThreads();
  private final SoakKeeper keeper;
  private final SoakHeap heap = new SoakHeap(counts);
  private int classes;
  private volatile boolean ended;

  private SoakProcess(Path directory, int number, long seed, long lookUps, long seconds) {
    this.directory = directory;
    this.seed = seed;
    this.lookUps = lookUps;
    this.endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    this.keeper = new SoakKeeper(directory, counts, number);
  }

  /** Arguments: directory, number of the process, seed, look-ups, seconds at most. */
  public static void main(String[] arguments) throws Exception {
    SoakProcess process =
        new SoakProcess(
            Path.of(arguments[0]),
            Integer.parseInt(arguments[1]),
            Long.parseLong(arguments[2]),
            Long.parseLong(arguments[3]),
            Long.parseLong(arguments[4]));
    process.run();
  }

  private void run() throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> counts.unexpected("thread " + thread.getName() + ", which dies", e));
    Thread watchdog = new Thread(this::watch, "soak-watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
    Random random = new Random(seed);
    classes = SoakClasses.initialize();
    life.set(new SoakLife(directory, random, counts, version));
    for (int i = 0; i < PLATFORM_THREADS + VIRTUAL_THREADS; i++) {
      SoakWorker worker = new SoakWorker(life::get, counts, seed + i, () -> !ended);
      threads.start(worker, i >= PLATFORM_THREADS);
    }
    while (counts.lookUps.sum() < lookUps && System.nanoTime() < endNanos) {
      try {
        if (heap.isDue()) {
          heap.runOut();
        }
        disturb(random);
      } catch (Throwable e) {
        if (!SoakCounts.isOutOfMemory(e)) {
          counts.unexpected("the thread that disturbs", e);
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5 + random.nextInt(40)));
    }
    if (counts.heapRanOut.get() == 0) {
      heap.runOut();
    }
    end();
  }

  private void end() throws InterruptedException {
    ended = true;
    if (!threads.join(TimeUnit.MINUTES.toMillis(2))) {
      hang("workers do not end");
    }
    life.get().close();
    long lost = keeper.lost();
    boolean isClean = counts.isClean() && lost == 0;
    System.out.printf(
        Locale.ROOT,
        "SOAK %s: seed %d, %d virtual threads, %d classes, %s, rows acknowledged %d, lost %d%n",
        isClean ? "ok" : "FAILED",
        seed,
        threads.virtual(),
        classes,
        counts,
        keeper.acknowledged(),
        lost);
    System.out.flush();
    Runtime.getRuntime().halt(isClean ? 0 : 1);
  }

  private void disturb(Random random) {
    SoakLife now = life.get();
    switch (random.nextInt(39)) {
      case 0, 1 -> reopen(random);
      case 2 -> {
        now.cache.reset();
        counts.event("reset");
      }
      case 3 -> {
        now.cache.clear();
        counts.event("clear");
      }
      case 4 -> {
        counts.event(now.cache.flush() ? "flushed" : "flush incomplete");
      }
      case 5, 6, 7 -> now.scopes.disturb(random);
      case 8 -> keeper.addSome();
      case 9 -> {
        if (random.nextInt(3) == 0) {
          version.incrementAndGet();
        }
      }
      case 10 -> now.cache.stats();
      default -> {
        threads.interruptOne(random);
        counts.event("interrupts");
      }
    }
  }

  private void reopen(Random random) {
    SoakLife old = life.get();
    boolean overlaps = random.nextBoolean();
    if (!overlaps) {
      old.close();
    }
    SoakLife next = null;
    while (next == null) {
      try {
        next = new SoakLife(directory, random, counts, version);
      } catch (OutOfMemoryError e) {
        counts.event("opened without memory");
      }
    }
    life.set(next);
    if (overlaps) {
      old.close();
    }
  }

  /** Whatever happens to this thread, somebody hears of it. */
  private void watch() {
    try {
      watchUntilTheEnd();
    } catch (Throwable e) {
      System.out.println("HANG: the watchdog itself: " + e);
      System.out.flush();
      Runtime.getRuntime().halt(HUNG);
    }
  }

  private void watchUntilTheEnd() {
    long last = -1;
    long since = System.nanoTime();
    while (true) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      long moved = counts.lookUps.sum() + counts.scopeOperations.sum() + counts.outOfMemory.get();
      if (moved != last) {
        last = moved;
        since = System.nanoTime();
      }
      if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(STILL_SECONDS)) {
        hang("nothing moves for " + STILL_SECONDS + " s");
      }
      if (threads.secondsStill() > 4 * STILL_SECONDS) {
        threads.printStill(3 * STILL_SECONDS);
        hang("a call does not return for " + 4 * STILL_SECONDS + " s");
      }
    }
  }

  private void hang(String what) {
    counts.hangs.incrementAndGet();
    System.out.println("HANG: " + what);
    System.out.flush();
    System.out.println("SOAK HUNG: seed " + seed + ", " + counts);
    System.out.flush();
    SoakThreads.printStacks();
    threads.printStill(STILL_SECONDS / 2);
    Runtime.getRuntime().halt(HUNG);
  }
}
