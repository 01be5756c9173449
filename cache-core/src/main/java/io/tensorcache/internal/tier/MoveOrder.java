package io.tensorcache.internal.tier;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * In which order rows leave a tier for the next one: the oldest first, but one that was read since
 * the last look goes to the end. 16 bytes a key; the marks of reads are one bit for many keys. A
 * key may be listed that is gone, or twice. Safe for use by several threads; marking takes no lock.
 */
final class MoveOrder {
  private static final int BITS = 1 << 16;

  private static final int MOST_GONE = 1 << 12;

  private final AtomicIntegerArray marks = new AtomicIntegerArray(BITS / Integer.SIZE);

  private final RankedLock lock = new RankedLock(Rank.MOVE_ORDER);

  /** Pairs of longs, a ring. Guarded by lock. */
  private long[] ring = new long[2 << 6];

  /** Index of the first pair and number of pairs. Guarded by lock. */
  private int first;

  private int count;

  /** How many pairs remained at the last {@link #retainIf}. Guarded by lock. */
  private int retained;

  /** True if many keys may be listed that are gone. */
  boolean isLong() {
    try {
      lock.lock();
      return count > 2 * retained + MOST_GONE;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    try {
      lock.lock();
      return count;
    } finally {
      lock.unlock();
    }
  }

  void add(TensorKey key) {
    try {
      lock.lock();
      append(key);
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private void append(TensorKey key) {
    if (2 * count == ring.length) {
      resize(ring.length * 2);
    }
    int at = 2 * (first + count) & ring.length - 1;
    ring[at] = key.hi();
    ring[at + 1] = key.lo();
    count++;
  }

  /** Adds a key that is to leave first. */
  void addFirst(TensorKey key) {
    try {
      lock.lock();
      if (2 * count == ring.length) {
        resize(ring.length * 2);
      }
      first = first - 1 & (ring.length >> 1) - 1;
      ring[2 * first] = key.hi();
      ring[2 * first + 1] = key.lo();
      count++;
    } finally {
      lock.unlock();
    }
  }

  /** Visits the keys, that which is to leave first first. */
  void forEach(Consumer<TensorKey> visitor) {
    try {
      lock.lock();
      for (int i = 0; i < count; i++) {
        int at = 2 * (first + i) & ring.length - 1;
        visitor.accept(new TensorKey(ring[at], ring[at + 1]));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes the key that is to leave first; null if none is listed. */
  @Nullable TensorKey poll() {
    return poll(Integer.MAX_VALUE);
  }

  /** Takes it; so many keys that were read may go to the end before. */
  @Nullable TensorKey poll(int mostChances) {
    try {
      lock.lock();
      for (int chances = Math.min(mostChances, count); count > 0; chances--) {
        TensorKey key = take();
        if (chances <= 0 || !takeMark(key)) {
          return key;
        }
        append(key);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private TensorKey take() {
    int at = 2 * first & ring.length - 1;
    first = first + 1 & (ring.length >> 1) - 1;
    count--;
    return new TensorKey(ring[at], ring[at + 1]);
  }

  private void resize(int length) {
    long[] larger = new long[length];
    for (int i = 0; i < 2 * count; i++) {
      larger[i] = ring[2 * first + i & ring.length - 1];
    }
    ring = larger;
    first = 0;
  }

  /** Forgets the keys that are gone, and what is listed twice. */
  void retainIf(Predicate<TensorKey> isThere) {
    Set<TensorKey> seen = new HashSet<>();
    try {
      lock.lock();
      for (int i = count; i > 0; i--) {
        retainFirst(seen, isThere);
      }
      retained = count;
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. What cannot be told for want of memory stays. */
  private void retainFirst(Set<TensorKey> seen, Predicate<TensorKey> isThere) {
    TensorKey key = take();
    boolean stays = true;
    try {
      stays = seen.add(key) && isThere.test(key);
    } finally {
      if (stays) {
        append(key);
      }
    }
  }

  void clear() {
    try {
      lock.lock();
      ring = new long[2 << 6];
      first = 0;
      count = 0;
      retained = 0;
    } finally {
      lock.unlock();
    }
  }

  /** The row was read. */
  void mark(TensorKey key) {
    int bit = bit(key);
    int mask = 1 << bit;
    if ((marks.getOpaque(bit >>> 5) & mask) == 0) {
      marks.getAndUpdate(bit >>> 5, word -> word | mask);
    }
  }

  private boolean takeMark(TensorKey key) {
    int bit = bit(key);
    int mask = 1 << bit;
    return (marks.getAndUpdate(bit >>> 5, word -> word & ~mask) & mask) != 0;
  }

  private static int bit(TensorKey key) {
    return (int) (key.hi() >>> 32) & BITS - 1;
  }
}
