package io.tensorcache.internal.scope;

import io.tensorcache.scope.Retention;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The order in which entries were used, where their scope wants to know: for a bound, or because
 * some are held strongly. Safe for use by several threads.
 */
final class Uses {
  private final AtomicLong ticks = new AtomicLong();
  private final @Nullable Recency all; // where there is a bound
  private final @Nullable StrongOnes strong; // where some are held strongly, the rest weakly

  Uses(Retention retention, Bounds bounds) {
    boolean isHybrid =
        retention.strongEntries() > 0 && retention.strongEntries() < Integer.MAX_VALUE;
    this.all = bounds.equals(Bounds.NONE) ? null : new Recency(false);
    this.strong = isHybrid ? new StrongOnes(retention.strongEntries()) : null;
  }

  /** False if nobody asks for the order. */
  boolean matter() {
    return all != null || strong != null;
  }

  /** True if which entry is held strongly depends on the order. */
  boolean decideOnStrength() {
    return strong != null;
  }

  /** The places of a new entry; {@code collected} is where it goes when its value is gone. */
  Entry.Places places(ReferenceQueue<Object> collected) {
    return new Entry.Places(
        all == null ? UsePlace.NONE : new UsePlace(),
        strong == null ? UsePlace.NONE : new UsePlace(),
        collected);
  }

  /** The time of a use that begins now. */
  long tick() {
    return matter() ? ticks.incrementAndGet() : 0;
  }

  void use(Entry entry) {
    entry.used = ticks.incrementAndGet();
    if (strong != null) {
      strong.use(entry);
    }
  }

  /** An entry is in its table now; false if it does not count for the bound. */
  boolean entered(Entry entry) {
    if (strong != null) {
      strong.use(entry);
    }
    if (all == null || entry.isPersisting()) {
      return false;
    }
    all.add(entry);
    return true;
  }

  /** The entry that was used longest ago, out of the order; null if there is none. */
  @Nullable Entry takeOldest() {
    return all == null ? null : all.takeOldest();
  }

  void left(Entry entry) {
    if (all != null) {
      all.left(entry);
    }
    if (strong != null) {
      strong.left(entry);
    }
  }
}
