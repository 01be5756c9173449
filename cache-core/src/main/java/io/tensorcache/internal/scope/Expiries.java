package io.tensorcache.internal.scope;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Which entries end by time, soonest first. Safe for use by several threads. */
final class Expiries {
  private static final int FEW = 1024;

  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingLong(Entry::expiresMillis)); // guarded by this
  private int purgeAt = FEW; // guarded by this
  private volatile long soonestMillis = Long.MAX_VALUE;

  synchronized void add(Entry entry) {
    if (queue.size() >= purgeAt) { // most may have been replaced since
      queue.removeIf(each -> each.gone);
      purgeAt = Math.max(FEW, 2 * queue.size());
    }
    queue.add(entry);
    soonestMillis = queue.element().expiresMillis();
  }

  /** Removes and returns the entries whose time is over; some may have left their table before. */
  List<Entry> takeDue(long nowMillis) {
    return nowMillis < soonestMillis ? List.of() : due(nowMillis);
  }

  private synchronized List<Entry> due(long nowMillis) {
    List<Entry> due = new ArrayList<>();
    while (!queue.isEmpty() && queue.element().expiresMillis() <= nowMillis) {
      due.add(queue.remove());
    }
    soonestMillis = queue.isEmpty() ? Long.MAX_VALUE : queue.element().expiresMillis();
    return due;
  }

  /** The entries that are queued, some of which may have left their table. */
  synchronized int size() {
    return queue.size();
  }

  boolean isEmpty() {
    return soonestMillis == Long.MAX_VALUE;
  }
}
