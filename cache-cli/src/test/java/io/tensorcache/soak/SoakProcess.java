package io.tensorcache.soak;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One process of the soak. Says what it found in one line that begins with {@code SOAK}, and ends
 * with 0 if all was well, 1 if not, 3 if it hung.
 */
final class SoakProcess {
  private static final int PLATFORM_THREADS = 16;
  private static final int VIRTUAL_THREADS = 2_000;

  private final long seed;
  private final long lookUps;
  private final long endNanos;
  private final SoakCounts counts = new SoakCounts();
  private final AtomicInteger version = new AtomicInteger();
  private final SoakThreads threads = new SoakThreads();
  private final SoakLives lives;
  private final SoakKeeper keeper;
  private final SoakHeap heap = new SoakHeap(counts);
  private final SoakWatch watch;
  private int classes;
  private volatile boolean ended;

  private SoakProcess(Path directory, int number, long seed, long lookUps, long seconds) {
    this.seed = seed;
    this.lookUps = lookUps;
    this.endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    this.lives = new SoakLives(directory, counts, version);
    this.keeper = new SoakKeeper(directory, counts, number);
    this.watch = new SoakWatch(counts, threads, heap, "seed " + seed);
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
    watch.start();
    Random random = new Random(seed);
    classes = SoakClasses.initialize();
    lives.openFirst(random);
    for (int i = 0; i < PLATFORM_THREADS + VIRTUAL_THREADS; i++) {
      SoakWorker worker = new SoakWorker(lives::now, counts, seed + i, () -> !ended);
      threads.start(worker, i >= PLATFORM_THREADS);
    }
    heap.start();
    while (counts.lookUps.sum() < lookUps && System.nanoTime() < endNanos) {
      try {
        disturb(random);
        counts.lifeSteps.incrementAndGet();
      } catch (Throwable e) {
        if (!SoakCounts.isOutOfMemory(e)) {
          counts.unexpected("the thread that disturbs", e);
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5 + random.nextInt(40)));
    }
    end();
  }

  private void end() throws InterruptedException {
    if (!heap.end(TimeUnit.MINUTES.toMillis(2))) {
      watch.hang("the heap stays full");
    }
    ended = true;
    if (!threads.join(TimeUnit.MINUTES.toMillis(2))) {
      watch.hang("workers do not end");
    }
    lives.closeLast();
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
    SoakLife now = lives.now();
    switch (random.nextInt(39)) {
      case 0, 1 -> lives.reopen(random);
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
}
