package io.tensorcache.internal.flight;

/** Who starts flights: one call, or one attempt of a call, of the thread that makes this. */
public final class Owner {
  final Thread thread = Thread.currentThread();

  /**
   * Set at the end, without a call: no matter how much memory and stack are left, nobody waits any
   * longer for what has not landed.
   */
  public volatile boolean hasEnded;

  /** Begins with this thread. */
  public Owner() {}

  /** The thread that made it. */
  public Thread thread() {
    return thread;
  }
}
