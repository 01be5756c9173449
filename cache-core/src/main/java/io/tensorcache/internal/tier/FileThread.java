package io.tensorcache.internal.tier;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.ehcache.CacheManager;
import org.jspecify.annotations.Nullable;

/**
 * The thread on which Ehcache changes its file. An interrupt closes the channel of the thread that
 * is using it; Ehcache then opens the same closed one again, and tries for ever. Nobody has this
 * thread to interrupt it. Reads need none: for them it opens the file anew. Who waits takes no
 * memory: where there is none, it must not go on while its bytes are being read. Safe for use by
 * several threads.
 */
final class FileThread implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ConcurrentLinkedQueue<Call<?>> calls = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean isClosed;

  private FileThread() {
    thread = new Thread(null, this::run, "tensorcache-disk", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(CacheManager.class.getClassLoader());
  }

  static FileThread start() {
    FileThread started = new FileThread();
    started.thread.start();
    return started;
  }

  private static final class Call<T extends @Nullable Object> {
    private final Supplier<T> action;
    private final Thread caller = Thread.currentThread();
    private @Nullable T result;
    private @Nullable Throwable thrown;
    private volatile boolean isDone;

    Call(Supplier<T> action) {
      this.action = action;
    }

    void run() {
      try {
        result = action.get();
      } catch (Throwable e) {
        thrown = e;
      } finally {
        isDone = true;
        LockSupport.unpark(caller);
      }
    }
  }

  /**
   * Calls it there and waits, interrupted or not; an interrupt stays.
   *
   * @throws IllegalStateException if closed
   */
  <T extends @Nullable Object> T call(Supplier<T> action) {
    Call<T> call = new Call<>(action);
    calls.offer(call);
    LockSupport.unpark(thread);
    await(call);
    Throwable thrown = call.thrown;
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw (RuntimeException) thrown; // a supplier throws nothing else
    }
    return call.result;
  }

  private void await(Call<?> call) {
    boolean isInterrupted = false;
    boolean isAlive = true;
    while (!call.isDone && isAlive) {
      isAlive = thread.isAlive();
      if (isAlive) {
        LockSupport.parkNanos(this, PATIENCE_NANOS);
      }
      isInterrupted |= Thread.interrupted();
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    if (!call.isDone) {
      throw new IllegalStateException("the disk tier is closed");
    }
  }

  private void run() {
    while (true) {
      Call<?> next = calls.poll();
      if (next != null) {
        next.run();
      } else if (isClosed) {
        return;
      } else {
        LockSupport.park(this);
      }
    }
  }

  /** Ends the thread after what was called before, and waits for that. */
  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      LockSupport.parkNanos(this, TimeUnit.MICROSECONDS.toNanos(100));
      isInterrupted |= Thread.interrupted();
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
