package io.tensorcache.internal.lock;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import org.jspecify.annotations.Nullable;

/**
 * A lock whose taking and whose owner are one write. Where the heap is full, the JVM may throw an
 * {@code OutOfMemoryError} out of the call that took a lock, as the caller's own objects cannot be
 * made when its compiled code is given up. A thread can then still ask whether it has this lock.
 * Not reentrant. Safe for use by several threads.
 */
final class OwnedLock extends AbstractQueuedSynchronizer {
  private static final long serialVersionUID = 1L;

  private static final AtomicReferenceFieldUpdater<OwnedLock, @Nullable Thread> OWNER =
      AtomicReferenceFieldUpdater.newUpdater(OwnedLock.class, Thread.class, "owner");

  private transient volatile @Nullable Thread owner;

  /**
   * Waits until no other thread has it.
   *
   * @throws IllegalMonitorStateException if this thread has it
   */
  void take() {
    if (isMine()) {
      throw new IllegalMonitorStateException("a thread takes a lock that it has");
    }
    acquire(1);
  }

  /** Takes it if no thread has it. */
  boolean tryTake() {
    return tryAcquire(1);
  }

  /** Gives it back if this thread has it, and does nothing otherwise. */
  void giveBack() {
    if (isMine()) {
      release(1);
    }
  }

  /** True if this thread has it. */
  boolean isMine() {
    return owner == Thread.currentThread();
  }

  @Override
  protected boolean tryAcquire(int ignored) {
    return owner == null && OWNER.compareAndSet(this, null, Thread.currentThread());
  }

  /** Called by the owner alone. */
  @Override
  protected boolean tryRelease(int ignored) {
    owner = null;
    return true;
  }

  /** Asked by conditions. */
  @Override
  protected boolean isHeldExclusively() {
    return isMine();
  }
}
