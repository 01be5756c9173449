package io.tensorcache.internal.lock;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock that some share and one has for itself, with its place in the order of {@link Rank}.
 * Reentrant, but who shares it cannot get it exclusively. Where there is no memory for taking it,
 * it is not taken: a {@code ReentrantReadWriteLock} stays shared then for ever, as it counts the
 * share before it makes the counter of the thread. Safe for use by several threads.
 */
public final class RankedReadWriteLock {
  private final Rank rank;
  private final StampedLock lock = new StampedLock();
  private final Lock shared = lock.asReadLock();
  private final Lock exclusive = lock.asWriteLock();

  /** How often a thread shares it, in an array of one. */
  private final ThreadLocal<int[]> shares = ThreadLocal.withInitial(() -> new int[1]);

  /** Who has it for itself. */
  private volatile @Nullable Thread owner;

  /** How often the owner has it, shared or not. Touched by the owner alone. */
  private int holds;

  public RankedReadWriteLock(Rank rank) {
    this.rank = rank;
  }

  /** Waits until nobody has it exclusively. */
  public void lockShared() {
    LockCheck.taking(rank, this, true);
    if (owner == Thread.currentThread()) {
      holds++;
      return;
    }
    int[] mine = shares.get(); // before the lock changes: this may need memory
    if (mine[0] == 0) {
      shared.lock();
    }
    mine[0]++;
  }

  public void unlockShared() {
    if (owner == Thread.currentThread()) {
      unlock();
      return;
    }
    int[] mine = shares.get();
    if (--mine[0] == 0) {
      shared.unlock();
    }
    LockCheck.left(this);
  }

  /** Waits until nobody else has it. */
  public void lock() {
    LockCheck.taking(rank, this, false);
    if (owner != Thread.currentThread()) {
      exclusive.lock();
      owner = Thread.currentThread();
    }
    holds++;
  }

  public void unlock() {
    if (--holds == 0) {
      owner = null;
      exclusive.unlock();
    }
    LockCheck.left(this);
  }
}
