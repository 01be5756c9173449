package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;

/**
 * One part of the index: an open-addressed table of 20 bytes a slot, probed linearly, that grows by
 * half at 80 % and so needs 25 to 37.5 bytes an entry. A key may be there several times, once for
 * each record. Guarded by its own lock; safe for use by several threads.
 */
final class IndexShard {
  static final int SLOT_BYTES = 2 * Long.BYTES + Integer.BYTES;
  private static final int USED = 1 << 31;

  private final RankedLock lock = new RankedLock(Rank.INDEX_SHARD);
  private long[] tags;
  private long[] places; // 0 for an empty slot
  private int[] seconds; // when it was created; the highest bit says that it was read lately
  private int size;

  IndexShard(int expected) {
    int capacity = Math.max(8, (int) Math.min(expected * 4L / 3 + 1, Integer.MAX_VALUE - 8));
    tags = new long[capacity];
    places = new long[capacity];
    seconds = new int[capacity];
  }

  /** Tags are uniform; the shard is chosen by their highest bits, the slot by the lowest 32. */
  private int home(long tag) {
    return (int) ((tag & 0xFFFFFFFFL) * places.length >>> 32);
  }

  private int next(int slot) {
    return slot + 1 == places.length ? 0 : slot + 1;
  }

  /** False if this record was there already. */
  boolean add(long tag, long place, int created) {
    try {
      lock.lock();
      if (size >= places.length / 5 * 4) {
        grow(places.length + Math.max(8, places.length / 2));
      }
      int slot = home(tag);
      for (; places[slot] != 0; slot = next(slot)) {
        if (tags[slot] == tag && Place.isSame(places[slot], place)) {
          return false;
        }
      }
      set(slot, tag, place, created);
      size++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void set(int slot, long tag, long place, int created) {
    tags[slot] = tag;
    places[slot] = place;
    seconds[slot] = created;
  }

  private void grow(int capacity) {
    long[] oldTags = tags;
    long[] oldPlaces = places;
    int[] oldSeconds = seconds;
    long[] newTags = new long[capacity]; // all or, where there is no memory, none
    long[] newPlaces = new long[capacity];
    int[] newSeconds = new int[capacity];
    tags = newTags;
    places = newPlaces;
    seconds = newSeconds;
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != 0) {
        int slot = home(oldTags[i]);
        while (places[slot] != 0) {
          slot = next(slot);
        }
        set(slot, oldTags[i], oldPlaces[i], oldSeconds[i]);
      }
    }
  }

  void expect(int entries) {
    try {
      lock.lock();
      long wanted = entries * 4L / 3 + 1;
      if (wanted > places.length) {
        grow((int) Math.min(wanted, Integer.MAX_VALUE - 8));
      }
    } finally {
      lock.unlock();
    }
  }

  /** A record of the key created at or after {@code oldest}, or 0; marks it as used if told to. */
  long find(long tag, int oldest, boolean mark) {
    try {
      lock.lock();
      for (int slot = home(tag); places[slot] != 0; slot = next(slot)) {
        if (tags[slot] == tag && (seconds[slot] & ~USED) >= oldest) {
          if (mark) {
            seconds[slot] |= USED;
          }
          return places[slot];
        }
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  boolean isUsed(long tag, long place) {
    try {
      lock.lock();
      int slot = slotOf(tag, place);
      return slot >= 0 && (seconds[slot] & USED) != 0;
    } finally {
      lock.unlock();
    }
  }

  boolean contains(long tag, long place) {
    try {
      lock.lock();
      return slotOf(tag, place) >= 0;
    } finally {
      lock.unlock();
    }
  }

  private int slotOf(long tag, long place) {
    for (int slot = home(tag); places[slot] != 0; slot = next(slot)) {
      if (tags[slot] == tag && Place.isSame(places[slot], place)) {
        return slot;
      }
    }
    return -1;
  }

  boolean remove(long tag, long place) {
    try {
      lock.lock();
      int slot = slotOf(tag, place);
      if (slot >= 0) {
        removeSlot(slot);
      }
      return slot >= 0;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the gap: moves back what could not lie where it belongs because of it. */
  private void removeSlot(int removed) {
    int gap = removed;
    for (int slot = next(gap); places[slot] != 0; slot = next(slot)) {
      int home = home(tags[slot]);
      boolean stays = gap <= slot ? gap < home && home <= slot : gap < home || home <= slot;
      if (!stays) {
        set(gap, tags[slot], places[slot], seconds[slot]);
        gap = slot;
      }
    }
    places[gap] = 0;
    size--;
  }

  /** Looks at a record: bits of its key, where it lies, and when it was created, in seconds. */
  interface Look {
    boolean test(long tag, long place, int created);
  }

  /** Removes every record that the look is true for; returns their number. */
  int removeIf(Look look) {
    try {
      lock.lock();
      int before = size;
      for (int slot = 0; slot < places.length; ) {
        if (places[slot] != 0 && look.test(tags[slot], places[slot], seconds[slot] & ~USED)) {
          removeSlot(slot); // may have moved another one here
        } else {
          slot++;
        }
      }
      int removed = before - size;
      if (removed > 0 && size < places.length / 8 * 3) {
        grow(Math.max(8, (int) (size * 4L / 3 + 1)));
      }
      return removed;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    try {
      lock.lock();
      return size;
    } finally {
      lock.unlock();
    }
  }

  long byteCount() {
    try {
      lock.lock();
      return (long) places.length * SLOT_BYTES;
    } finally {
      lock.unlock();
    }
  }
}
