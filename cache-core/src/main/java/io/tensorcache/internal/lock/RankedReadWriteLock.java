package io.tensorcache.internal.lock;

/**
 * A lock that some share and one has for itself, with its place in the order of {@link Rank}. Who
 * shares it has one of its stripes; who has it for itself has all. Not reentrant, and taken inside
 * the {@code try} that gives it back, as a {@link RankedLock} is. Safe for use by several threads.
 */
public final class RankedReadWriteLock {
  private static final int STRIPES = 64; // a power of two

  private final Rank rank;
  private final OwnedLock[] stripes = new OwnedLock[STRIPES];

  public RankedReadWriteLock(Rank rank) {
    this.rank = rank;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new OwnedLock();
    }
  }

  /**
   * Waits until nobody has it exclusively, and for the few threads of the same stripe.
   *
   * @throws IllegalMonitorStateException if this thread has it
   */
  public void lockShared() {
    LockCheck.taking(rank, this);
    stripe().take();
  }

  /** Gives the share back if this thread has one. */
  public void unlockShared() {
    stripe().giveBack();
    LockCheck.left(this);
  }

  /**
   * Waits until nobody else has it.
   *
   * @throws IllegalMonitorStateException if this thread has it, shared or not
   */
  public void lock() {
    LockCheck.taking(rank, this);
    for (OwnedLock stripe : stripes) {
      stripe.take();
    }
  }

  /** Gives back what this thread has of it: all, or where taking it failed, a part. */
  public void unlock() {
    for (OwnedLock stripe : stripes) {
      stripe.giveBack();
    }
    LockCheck.left(this);
  }

  /** A thread has one stripe for as long as it lives. */
  private OwnedLock stripe() {
    int hash = System.identityHashCode(Thread.currentThread());
    return stripes[(hash ^ hash >>> 16) & STRIPES - 1];
  }
}
