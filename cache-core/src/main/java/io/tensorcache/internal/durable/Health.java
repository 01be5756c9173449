package io.tensorcache.internal.durable;

import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong, and whether the store writes. Failures are told when no lock is held. Safe for
 * use by several threads.
 */
final class Health {
  private static final Logger log = LoggerFactory.getLogger(Health.class);

  /** After a failed write, such as a full disk, the store tries again. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** The disk is well where the program had no memory or no stack. */
  private static final long RETRY_AFTER_ERROR_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RankedLock lock = new RankedLock(Rank.HEALTH);
  private final DurableEvents events;
  private final ConcurrentLinkedQueue<Consumer<DurableEvents>> pending =
      new ConcurrentLinkedQueue<>();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong losses = new AtomicLong();

  /** Not told yet; noted without taking memory. */
  private volatile @Nullable Throwable thrown;

  private volatile @Nullable Refusal refusal;
  private volatile @Nullable String lastTold;

  private record Refusal(String why, boolean isFinal, long atNanos, long retryNanos) {
    static final String WANTED = "the store was opened for reading only";

    /** What keeps a store from being read is news even if nothing is to be written. */
    boolean isWanted() {
      return why.equals(WANTED);
    }
  }

  Health(DurableEvents events) {
    this.events = events;
  }

  void failed(TensorCacheException failure) {
    failures.incrementAndGet();
    pending.add(to -> to.failed(failure));
  }

  /** Notes what nobody expected; there may be no memory to say so, and then it is told later. */
  void thrown(Throwable e) {
    thrown = e;
  }

  /** Something that was admitted is not kept, or may not be. */
  void lost() {
    losses.incrementAndGet();
  }

  /** How often {@link #lost} was called. */
  long losses() {
    return losses.get();
  }

  void evicted(long entries) {
    if (entries > 0) {
      pending.add(to -> to.evicted(entries));
    }
  }

  /** Stops writing, for good or for a while; tells it unless it was told last time. */
  void refuse(String why, @Nullable Throwable cause, boolean isFinal) {
    try {
      lock.lock();
      Refusal before = refusal;
      boolean isWanted = before != null && before.isWanted();
      if (before != null && (before.isFinal() || !isFinal) && !isWanted) {
        return;
      }
      if (!isWanted) {
        long retryNanos = isFromError(cause) ? RETRY_AFTER_ERROR_NANOS : RETRY_NANOS;
        refusal = new Refusal(why, isFinal, System.nanoTime(), retryNanos);
      }
      if (!why.equals(lastTold)) {
        lastTold = why;
        failed(cause == null ? new StorageException(why) : new StorageException(why, cause));
      }
    } finally {
      lock.unlock();
    }
  }

  /** An error may come wrapped: one that meets itself at the end of a block does. */
  private static boolean isFromError(@Nullable Throwable thrown) {
    Throwable cause = thrown;
    while (cause != null && !(cause instanceof Error)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  /** Nothing is written because nobody wants to: that is no failure. */
  void onlyRead() {
    try {
      lock.lock();
      refusal = new Refusal(Refusal.WANTED, true, System.nanoTime(), RETRY_NANOS);
    } finally {
      lock.unlock();
    }
  }

  /** Why nothing is written, or null. */
  @Nullable String refusal() {
    Refusal now = refusal;
    return now == null ? null : now.why();
  }

  boolean isRefusalFinal() {
    Refusal now = refusal;
    return now != null && now.isFinal();
  }

  /** Lets the store try again after a while. */
  void retryIfDue() {
    try {
      lock.lock();
      Refusal now = refusal;
      if (now != null && !now.isFinal() && System.nanoTime() - now.atNanos() > now.retryNanos()) {
        refusal = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A write succeeded: the next failure is news. */
  void wrote() {
    if (lastTold != null && refusal == null) {
      lastTold = null;
    }
  }

  long failures() {
    return failures.get();
  }

  /** Tells what is pending. Must be called without a lock. */
  void deliver() {
    Throwable unexpected = thrown;
    if (unexpected != null) {
      failed(new StorageException("the durable store failed: " + unexpected, unexpected));
      thrown = null;
    }
    if (pending.isEmpty()) {
      return;
    }
    Consumer<DurableEvents> next;
    while ((next = pending.poll()) != null) {
      try {
        next.accept(events);
      } catch (RuntimeException e) {
        log.warn("a listener of the durable store threw", e);
      }
    }
  }
}
