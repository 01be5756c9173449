package io.tensorcache.soak;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The cache that is open, closed and opened anew under its users, also where there is no memory for
 * that. One thread opens and closes.
 */
final class SoakLives {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Path directory;
  private final SoakCounts counts;
  private final AtomicInteger version;
  private final AtomicReference<SoakLife> now = new AtomicReference<>();

  SoakLives(Path directory, SoakCounts counts, AtomicInteger version) {
    this.directory = directory;
    this.counts = counts;
    this.version = version;
  }

  /** The one to be used; it may be closed. */
  SoakLife now() {
    return now.get();
  }

  void openFirst(Random random) {
    now.set(open(random));
  }

  /** Closes the one and opens another one, in any order. */
  void reopen(Random random) {
    SoakLife old = now.get();
    boolean overlaps = random.nextBoolean();
    if (!overlaps) {
      close(old);
    }
    now.set(open(random));
    if (overlaps) {
      close(old);
    }
  }

  void closeLast() {
    close(now.get());
  }

  private SoakLife open(Random random) {
    while (true) {
      try {
        SoakLife next = new SoakLife(directory, random, counts, version);
        counts.lifeSteps.incrementAndGet();
        return next;
      } catch (Throwable e) {
        requireOutOfMemory(e);
      }
    }
  }

  private void close(SoakLife life) {
    while (true) {
      try {
        life.close();
        counts.lifeSteps.incrementAndGet();
        return;
      } catch (Throwable e) {
        requireOutOfMemory(e);
      }
    }
  }

  /** An attempt without memory is repeated; it is no step forward. */
  private void requireOutOfMemory(Throwable e) {
    if (!SoakCounts.isOutOfMemory(e)) {
      throw new IllegalStateException("a cache is not opened or closed", e);
    }
    counts.livesOutOfMemory.incrementAndGet();
    LockSupport.parkNanos(PAUSE_NANOS);
  }
}
