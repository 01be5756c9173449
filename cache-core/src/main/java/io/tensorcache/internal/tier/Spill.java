package io.tensorcache.internal.tier;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way from one tier down to the next. Entries move as they are, compressed or not, and are
 * verified when they are read. Safe for use by several threads.
 *
 * <p>Ehcache divides a pool into segments that do not lend each other memory. For a row that enters
 * one of them another one of the same segment goes, or Ehcache would drop some itself.
 */
final class Spill {
  /** Ehcache's; a wrong number costs rows that do not reach the next tier, and nothing else. */
  private static final int SEGMENTS = 16;

  private static final int CHANCES = 64;

  private static final int MOST_GONE = 1 << 12;

  private final @Nullable EntryTier tier;
  private final TierEvents events;
  private final Notices notices;
  private final MoveOrder[] orders = new MoveOrder[SEGMENTS];
  private final AtomicLong listed = new AtomicLong();

  /**
   * @param tier where rows move to; null if they only leave
   */
  Spill(@Nullable EntryTier tier, TierEvents events, Notices notices) {
    this.tier = tier;
    this.events = events;
    this.notices = notices;
    Arrays.setAll(orders, segment -> new MoveOrder());
  }

  /** Drops a row where it moved to. */
  void takeBack(TensorKey key) {
    if (tier != null) {
      tier.remove(key);
    }
  }

  /** The row was read. */
  void mark(TensorKey key) {
    orders[segment(key)].mark(key);
  }

  void clear() {
    for (MoveOrder order : orders) {
      order.clear();
    }
    listed.set(0);
  }

  /** Visits all keys that are listed; some may be gone. */
  void forEach(Consumer<TensorKey> visitor) {
    for (MoveOrder order : orders) {
      order.forEach(visitor);
    }
  }

  /** How many keys are listed: more than there are rows if some are gone. */
  long listed() {
    return listed.get();
  }

  /** The row that is to make room for another one; null if there is none. */
  @Nullable TensorKey poll(TensorKey entering) {
    return poll(entering, Integer.MAX_VALUE);
  }

  /** The row that would be next to make room for another one, to be compared with it. */
  @Nullable TensorKey next(TensorKey entering) {
    return poll(entering, CHANCES);
  }

  private @Nullable TensorKey poll(TensorKey entering, int chances) {
    int first = segment(entering);
    TensorKey key = null;
    for (int i = 0; i < SEGMENTS && key == null; i++) {
      key = orders[(first + i) % SEGMENTS].poll(chances);
    }
    if (key != null) {
      listed.decrementAndGet();
    }
    return key;
  }

  /** Puts a key back: it stays next, or all others are before it. */
  void putBack(TensorKey key, boolean isNext) {
    MoveOrder order = orders[segment(key)];
    listed.incrementAndGet();
    if (isNext) {
      order.addFirst(key);
    } else {
      order.add(key);
    }
  }

  /** A row entered the tier above, which has so many now. */
  void added(TensorKey key, long entries, EntryTier above) {
    MoveOrder order = orders[segment(key)];
    order.add(key);
    listed.incrementAndGet();
    if (listed.get() > entries + entries / 2 + MOST_GONE && order.isLong()) {
      int before = order.size();
      order.retainIf(above::contains);
      listed.addAndGet(order.size() - before);
    }
  }

  /** Where the concurrent map of Ehcache's off-heap store puts a key. */
  private static int segment(TensorKey key) {
    int h = (int) key.lo(); // EntryKey.hashCode
    h += (h << 15) ^ 0xffffcd7d;
    h ^= h >>> 10;
    h += h << 3;
    h ^= h >>> 6;
    h += (h << 2) + (h << 14);
    return (h ^ h >>> 16) >>> 28;
  }

  /** True if the entry is in the tier below afterwards. What is in the store is not taken. */
  boolean take(TensorKey key, ByteBuffer entry, Claim claim) {
    try {
      return tier != null
          && !events.isKeptElsewhere(key)
          && tier.addEntry(key, group(entry), entry.remaining(), entry, claim) == Admission.IS_IN;
    } catch (CorruptEntryException e) {
      notices.failed(e);
      return false;
    }
  }

  /** The row went and did not arrive. */
  void dropped(TensorKey key, ByteBuffer entry) {
    try {
      notices.evicted(key, group(entry));
    } catch (CorruptEntryException e) {
      notices.evicted(key, 0); // told by take
    }
  }

  private static int group(ByteBuffer entry) {
    return EntryFormatV1.readHeader(entry).group();
  }
}
