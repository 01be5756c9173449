package io.tensorcache.internal.rows;

import io.tensorcache.internal.lock.LockCheck;

/**
 * How deep each thread is inside functions, computations and listeners of one cache: what runs
 * there must not wait for other threads. Safe for use by several threads.
 */
public final class FunctionDepth {
  private final ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);

  /** True on a thread that is inside one. */
  public boolean isInside() {
    return depth.get() > 0;
  }

  /** To be asked before this thread enters, for {@link #returnTo}. */
  public int now() {
    return depth.get();
  }

  /** Inside the {@code try} that leaves: it may throw where there is no memory, entered or not. */
  public void enter() {
    LockCheck.entersUserCode("a function or a listener");
    depth.set(depth.get() + 1);
  }

  /** Leaves what this thread has entered since it was so deep. */
  public void returnTo(int before) {
    if (before == 0) {
      depth.remove();
    } else {
      depth.set(before);
    }
  }
}
