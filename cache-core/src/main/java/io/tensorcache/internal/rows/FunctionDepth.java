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

  public void enter() {
    LockCheck.entersUserCode("a function or a listener");
    depth.set(depth.get() + 1);
  }

  public void leave() {
    int left = depth.get() - 1;
    if (left == 0) {
      depth.remove();
    } else {
      depth.set(left);
    }
  }
}
