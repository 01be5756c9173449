package io.tensorcache.internal.scope;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which entries end by time, soonest first. Guarded by the lock of its table, but for the looks.
 */
final class Expiries {
  private static final int FEW = 1024;

  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingLong(Entry::expiresMillis));
  private int purgeAt = FEW;
  private volatile long soonestMillis = Long.MAX_VALUE;

  /** {@code isDone} tells those that nobody needs any more. */
  void add(Entry entry, Predicate<Entry> isDone) {
    if (queue.size() >= purgeAt) { // most may have been replaced since
      queue.removeIf(isDone);
      purgeAt = Math.max(FEW, 2 * queue.size());
    }
    queue.add(entry);
    soonestMillis = queue.element().expiresMillis();
  }

  /** True if the time of one that is or was queued is over. */
  boolean isDue(long nowMillis) {
    return nowMillis >= soonestMillis;
  }

  /** Removes and returns an entry whose time is over, which may have left its table before. */
  @Nullable Entry takeDue(long nowMillis) {
    Entry soonest = queue.peek();
    return soonest == null || soonest.expiresMillis() > nowMillis ? null : queue.remove();
  }

  /** What was due has left: who looks from now on does not find it. */
  void settle() {
    soonestMillis = queue.isEmpty() ? Long.MAX_VALUE : queue.element().expiresMillis();
  }

  /** The entries that are queued, some of which may have left their table. */
  int size() {
    return queue.size();
  }

  boolean isEmpty() {
    return soonestMillis == Long.MAX_VALUE;
  }
}
