package io.tensorcache.internal.durable;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work in parts, done by who asks for it and by threads of the common pool that come in time. Who
 * comes when all is begun does nothing and is not waited for: where no core is free, one thread
 * does it all. Used once.
 */
public final class SharedWork {
  /** A thread for each: with less, waking it costs more than it brings. */
  private static final int BYTES_PER_THREAD = 512 << 10;

  private static final int CLOSED = Integer.MIN_VALUE;

  /** A pool may be busy for hours: no more calls wait in it for each of its threads. */
  private static final int MOST_CALLS = 4;

  /** Helpers that were called and did not come yet. */
  private static final AtomicInteger CALLED = new AtomicInteger();

  private final int parts;

  /** Null when all is done: who comes hours later has held none of it. */
  private @Nullable Supplier<IntConsumer> workers;

  private final AtomicInteger next = new AtomicInteger();

  /** Helpers that are at work; the sign says that nobody may begin any more. */
  private final AtomicInteger helpers = new AtomicInteger();

  private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
  private final Thread asking = Thread.currentThread();

  /** How many threads beside the caller's may be worth calling to copy so many bytes. */
  public static int helpersFor(long byteCount) {
    long threads = Math.min(byteCount / BYTES_PER_THREAD, Short.MAX_VALUE);
    return (int) Math.max(0, Math.min(ForkJoinPool.getCommonPoolParallelism(), threads - 1));
  }

  /** {@code workers} is asked once by each thread, and what it gives does a part. */
  public SharedWork(int parts, Supplier<IntConsumer> workers) {
    this.parts = parts;
    this.workers = workers;
  }

  /**
   * Returns, or throws what was thrown first, when nobody is at work any more: what the parts use
   * may be freed then.
   */
  public void run(int mostHelpers) {
    try {
      callHelpers(Math.min(mostHelpers, parts - 1));
      work();
    } finally {
      awaitHelpers();
      workers = null;
    }
    Throwable first = thrown.get();
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private void callHelpers(int count) {
    int most = MOST_CALLS * ForkJoinPool.getCommonPoolParallelism();
    int called = 0;
    while (called < count && CALLED.get() < most && isCalled()) {
      called++;
    }
  }

  /** False if it could not be; those that were called before come. */
  private boolean isCalled() {
    boolean isQueued = false;
    try {
      CALLED.incrementAndGet();
      ForkJoinPool.commonPool().execute(this::help);
      isQueued = true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return false;
    } finally {
      if (!isQueued) {
        CALLED.decrementAndGet();
      }
    }
    return true;
  }

  private void help() {
    CALLED.decrementAndGet();
    int before;
    do {
      before = helpers.get();
      if (before < 0) {
        return;
      }
    } while (!helpers.compareAndSet(before, before + 1));
    try {
      work();
    } finally {
      if (helpers.decrementAndGet() == CLOSED) {
        LockSupport.unpark(asking);
      }
    }
  }

  private void work() {
    try {
      int part = next.getAndIncrement();
      Supplier<IntConsumer> mine = part < parts ? workers : null;
      IntConsumer worker = mine == null ? null : mine.get();
      for (; worker != null && part < parts && thrown.get() == null; ) {
        worker.accept(part);
        part = next.getAndIncrement();
      }
    } catch (RuntimeException | Error e) {
      thrown.compareAndSet(null, e);
    }
  }

  private void awaitHelpers() {
    boolean interrupted = false;
    helpers.addAndGet(CLOSED);
    while (helpers.get() != CLOSED) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      asking.interrupt();
    }
  }
}
