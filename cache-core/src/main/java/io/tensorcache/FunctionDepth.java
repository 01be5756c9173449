package io.tensorcache;

import io.tensorcache.internal.lock.LockCheck;

/**
 * How deep each thread is inside functions, computations and listeners of one cache: what runs
 * there must not wait for other threads. Safe for use by several threads.
 */
final class FunctionDepth {
  private final ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);

  /** True on a thread that is inside one. */
  boolean isInside() {
    return depth.get() > 0;
  }

  void enter() {
    LockCheck.entersUserCode("a function or a listener");
    depth.set(depth.get() + 1);
  }

  void leave() {
    int left = depth.get() - 1;
    if (left == 0) {
      depth.remove();
    } else {
      depth.set(left);
    }
  }
}
