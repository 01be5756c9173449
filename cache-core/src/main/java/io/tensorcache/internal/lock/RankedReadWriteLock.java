package io.tensorcache.internal.lock;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A lock that some share and one has for itself, with its place in the order of {@link Rank}.
 * Reentrant, but who shares it cannot get it exclusively. Safe for use by several threads.
 */
public final class RankedReadWriteLock {
  private final Rank rank;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  public RankedReadWriteLock(Rank rank) {
    this.rank = rank;
  }

  /** Waits until nobody has it exclusively. */
  public void lockShared() {
    LockCheck.taking(rank, this, true);
    lock.readLock().lock();
  }

  public void unlockShared() {
    lock.readLock().unlock();
    LockCheck.left(this);
  }

  /** Waits until nobody else has it. */
  public void lock() {
    LockCheck.taking(rank, this, false);
    lock.writeLock().lock();
  }

  public void unlock() {
    lock.writeLock().unlock();
    LockCheck.left(this);
  }
}
