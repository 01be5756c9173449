package io.tensorcache.internal.scope;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which entries were used longest ago, exactly. A use only writes a tick to the entry; the queue is
 * put right when the oldest is asked for: an entry whose tick is newer than the one it is queued
 * under goes back in under its own. Safe for use by several threads.
 */
final class Recency {
  private static final int FEW = 1024;

  private final boolean ofStrong;
  private final RankedLock lock = new RankedLock(Rank.SCOPE_RECENCY);

  /** Oldest first, by the ticks that the entries are queued under. Guarded by lock. */
  private final PriorityQueue<Entry> queue;

  /** Entries that left their table and are still queued. Guarded by lock. */
  private int gone;

  /**
   * @param ofStrong which of the two places that an entry has this queue uses
   */
  Recency(boolean ofStrong) {
    this.ofStrong = ofStrong;
    this.queue = new PriorityQueue<>(Comparator.comparingLong(entry -> place(entry).tick));
  }

  private UsePlace place(Entry entry) {
    return ofStrong ? entry.amongStrong : entry.amongAll;
  }

  /** Adds an entry; nothing if it is queued or has left its table. */
  void add(Entry entry) {
    try {
      lock.lock();
      UsePlace place = place(entry);
      if (!place.isQueued && !place.isGone) {
        offer(entry, place);
      }
    } finally {
      lock.unlock();
    }
  }

  private void offer(Entry entry, UsePlace place) {
    place.tick = entry.used;
    place.isQueued = true;
    queue.add(entry);
  }

  /** Removes and returns the entry used longest ago; null if there is none. */
  @Nullable Entry takeOldest() {
    try {
      lock.lock();
      while (true) {
        Entry oldest = queue.poll();
        if (oldest == null) {
          return null;
        }
        UsePlace place = place(oldest);
        place.isQueued = false;
        if (place.isGone) {
          gone--;
        } else if (oldest.used != place.tick) {
          offer(oldest, place);
        } else {
          return oldest;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The entries that are queued and have not left. */
  int size() {
    try {
      lock.lock();
      return queue.size() - gone;
    } finally {
      lock.unlock();
    }
  }

  /** An entry left its table. */
  void left(Entry entry) {
    try {
      lock.lock();
      UsePlace place = place(entry);
      place.isGone = true;
      if (place.isQueued) {
        gone++;
      }
      if (gone > FEW && gone > queue.size() / 2) {
        queue.removeIf(each -> place(each).isGone);
        gone = 0;
      }
    } finally {
      lock.unlock();
    }
  }
}
