package io.tensorcache.internal.lock;

import java.util.concurrent.locks.Condition;

/**
 * A lock that has its place in the order of {@link Rank}. Not reentrant. It is taken inside the
 * {@code try} whose {@code finally} gives it back: {@link #lock} may throw an {@code
 * OutOfMemoryError} with the lock taken, and {@link #unlock} does nothing where it is not. A
 * virtual thread that waits for it leaves its carrier to others. Safe for use by several threads.
 */
public final class RankedLock {
  private final Rank rank;
  private final OwnedLock lock = new OwnedLock();

  public RankedLock(Rank rank) {
    this.rank = rank;
  }

  /**
   * Waits until no other thread has it.
   *
   * @throws IllegalMonitorStateException if this thread has it
   */
  public void lock() {
    LockCheck.taking(rank, this);
    lock.take();
  }

  /** True if no thread had it. Out of order too: who does not wait does not hang. */
  public boolean tryLock() {
    boolean isTaken = lock.tryTake();
    if (isTaken) {
      LockCheck.took(rank, this);
    }
    return isTaken;
  }

  /** Gives it back if this thread has it. */
  public void unlock() {
    lock.giveBack();
    LockCheck.left(this);
  }

  /** True if this thread has it. */
  public boolean isHeld() {
    return lock.isMine();
  }

  /** To be waited for and signalled by who has the lock, and no other one. */
  public Condition newCondition() {
    Condition condition = lock.new ConditionObject();
    return LockCheck.isOn() ? new CheckedCondition(condition, this) : condition;
  }
}
