package io.tensorcache.internal.lock;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A reentrant lock that has its place in the order of {@link Rank}. A virtual thread that waits for
 * it leaves its carrier to others. Safe for use by several threads.
 */
public final class RankedLock {
  private final Rank rank;
  private final ReentrantLock lock = new ReentrantLock();

  public RankedLock(Rank rank) {
    this.rank = rank;
  }

  /** Waits until no other thread has it. */
  public void lock() {
    LockCheck.taking(rank, this, false);
    lock.lock();
  }

  /** True if no other thread has it. Out of order too: who does not wait does not hang. */
  public boolean tryLock() {
    boolean isTaken = lock.tryLock();
    if (isTaken) {
      LockCheck.took(rank, this);
    }
    return isTaken;
  }

  public void unlock() {
    lock.unlock();
    LockCheck.left(this);
  }

  /** To be waited for and signalled by who has the lock, and no other one. */
  public Condition newCondition() {
    Condition condition = lock.newCondition();
    return LockCheck.isOn() ? new CheckedCondition(condition, this) : condition;
  }
}
