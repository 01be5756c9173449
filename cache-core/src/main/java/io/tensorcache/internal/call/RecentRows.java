package io.tensorcache.internal.call;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of rows that were stored after looks which are not confirmed yet. Safe for use by
 * several threads.
 */
final class RecentRows {
  /** About 12 MiB of keys. */
  private static final int MOST = 1 << 18;

  /** Rows of one call. */
  record Stored(long look, Group group, List<TensorKey> keys) {}

  private final RankedLock lock = new RankedLock(Rank.RECENT_ROWS);
  private final Deque<Stored> rows = new ArrayDeque<>(); // guarded by lock
  private volatile int count; // written under lock

  /** Remembers keys until the look is confirmed; true if there are too many now. */
  boolean add(Stored stored) {
    try {
      lock.lock();
      rows.addLast(stored);
      count += stored.keys().size();
      return count > MOST;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what was stored before this look. */
  void confirm(long looks) {
    if (count > 0) { // a call that stores nothing takes no lock
      forget(looks);
    }
  }

  private void forget(long looks) {
    try {
      lock.lock();
      // Threads that add late may stand behind a later look: they wait for it.
      while (!rows.isEmpty() && rows.peekFirst().look() < looks) {
        count -= rows.removeFirst().keys().size();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The oldest of them; null if there are none. */
  @Nullable Stored first() {
    try {
      lock.lock();
      return rows.peekFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the oldest, if it is still this one. */
  void forget(Stored first) {
    try {
      lock.lock();
      if (rows.peekFirst() == first) {
        count -= rows.removeFirst().keys().size();
      }
    } finally {
      lock.unlock();
    }
  }
}
