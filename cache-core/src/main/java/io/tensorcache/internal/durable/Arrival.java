package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;

/**
 * A record on its way into the index. Whoever removes its row takes it back before it is there, or
 * finds it there. Safe for use by several threads.
 */
class Arrival {
  private final RankedLock lock = new RankedLock(Rank.PENDING_ROW);

  /** Removed by a user before it could be found in a segment. Guarded by lock. */
  private boolean cancelled;

  final void cancel() {
    try {
      lock.lock();
      cancelled = true;
    } finally {
      lock.unlock();
    }
  }

  final boolean isCancelled() {
    try {
      lock.lock();
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  /** Acts, unless the row is or becomes cancelled before that; says whether. */
  final boolean unlessCancelled(Runnable action) {
    try {
      lock.lock();
      if (!cancelled) {
        action.run();
      }
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }
}
