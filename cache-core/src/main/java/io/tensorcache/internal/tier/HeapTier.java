package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.ehcache.Cache;
import org.jspecify.annotations.Nullable;

/**
 * Rows by reference, bounded in bytes: at no instant is more held than the limit. A row counts with
 * its payload and a fixed share for the objects around it, so that very small rows are bounded too.
 *
 * <p>Ehcache's heap store is bounded in entries only, so it is left unbounded, and the order in
 * which rows go is our own: a ring with a mark per row (second chance). A read looks up, marks, and
 * takes no lock; everything that changes the tier takes one. Safe for use by several threads.
 */
final class HeapTier {
  private final Cache<TensorKey, HeapEntry> cache;
  private final long limitBytes;
  private final RankedLock lock = new RankedLock(Rank.HEAP_TIER);

  /** Oldest first. Guarded by lock. */
  private final HeapEntry ring = new HeapEntry();

  /** Bytes of the rows in the ring. Guarded by lock. */
  private long linkedBytes;

  /** How often the tier was cleared. Guarded by lock. */
  private long clears;

  /** Bytes in the tier or reserved for a row about to enter. Written under lock. */
  private volatile long heldBytes;

  /** Written under lock. */
  private volatile long entries;

  private volatile long evictions;

  HeapTier(Cache<TensorKey, HeapEntry> cache, long limitBytes) {
    this.cache = cache;
    this.limitBytes = limitBytes;
  }

  /** True if a row with this payload would fit now. */
  boolean hasRoomFor(long payloadBytes) {
    return payloadBytes + HeapEntry.OVERHEAD_BYTES <= limitBytes - heldBytes;
  }

  @Nullable Row get(TensorKey key) {
    HeapEntry entry = cache.get(key);
    if (entry == null) {
      return null;
    }
    entry.markUsed();
    return entry.row;
  }

  /** Of the rows that are here to stay, oldest first. */
  List<TensorKey> keys() {
    List<TensorKey> keys = new ArrayList<>();
    try {
      lock.lock();
      for (HeapEntry entry = ring.next; entry != ring; entry = entry.next) {
        keys.add(entry.key);
      }
    } finally {
      lock.unlock();
    }
    return keys;
  }

  boolean contains(TensorKey key) {
    return cache.containsKey(key);
  }

  /** Adds the row if nothing has to go for it. True if the key is in the tier to stay. */
  boolean addIfRoom(TensorKey key, Row row) {
    try {
      lock.lock();
      HeapEntry before = cache.get(key);
      if (before != null) {
        return before.linked;
      }
      if (!hasRoomFor(row.payloadBytes())) {
        return false;
      }
      setHeld(heldBytes + HeapEntry.bytesOf(row));
      return insert(key, row);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds the row; the rows used longest ago go for it. Each of them is handed to {@code leaving},
   * without a lock and while it can still be found here, and dropped afterwards.
   *
   * @return true if the key is in the tier afterwards; false if the row is larger than the tier, or
   *     if other threads are just moving out what would have to go
   */
  boolean add(TensorKey key, Row row, Consumer<HeapEntry> leaving) {
    long size = HeapEntry.bytesOf(row);
    if (size > limitBytes) {
      return false;
    }
    HeapEntry victims;
    long reserved;
    long epoch;
    try {
      lock.lock();
      if (cache.containsKey(key)) {
        return true;
      }
      reserved = Math.min(size, limitBytes - heldBytes);
      if (size - reserved > linkedBytes) {
        return false;
      }
      victims = takeOldest(size - reserved);
      setHeld(heldBytes + reserved);
      epoch = clears;
      if (victims == null) {
        return insert(key, row);
      }
    } finally {
      lock.unlock();
    }
    return exchange(key, row, victims, reserved, epoch, leaving);
  }

  /** Moves the victims out, then uses their bytes and the reserved ones for the new row. */
  private boolean exchange(
      TensorKey key,
      Row row,
      HeapEntry victims,
      long reserved,
      long epoch,
      Consumer<HeapEntry> leaving) {
    boolean moved = false;
    try {
      for (HeapEntry victim = victims; victim != null; victim = victim.nextTaken()) {
        leaving.accept(victim);
      }
      moved = true;
    } finally {
      try {
        lock.lock();
        long freed = drop(victims, clears != epoch);
        boolean wanted = moved && !cache.containsKey(key);
        setHeld(heldBytes - freed - reserved + (wanted ? HeapEntry.bytesOf(row) : 0));
        moved = moved && (!wanted || insert(key, row));
      } finally {
        lock.unlock();
      }
    }
    return moved;
  }

  /**
   * Takes rows that were not used lately out of the ring until they have {@code byteCount} bytes.
   * Needs no memory, or rows could be neither in the ring nor on their way out.
   *
   * @return the first of them, with the others behind it; null if none has to go
   */
  private @Nullable HeapEntry takeOldest(long byteCount) {
    HeapEntry first = null;
    HeapEntry last = null;
    long chances = entries; // one second chance each, also when readers mark faster than we look
    for (long bytes = 0; bytes < byteCount; ) {
      HeapEntry oldest = ring.next;
      oldest.unlink();
      if (chances-- > 0 && oldest.takeUsed()) {
        oldest.linkBefore(ring);
      } else {
        first = first == null ? oldest : first;
        oldest.takeAfter(last);
        last = oldest;
        bytes += oldest.byteCount;
        linkedBytes -= oldest.byteCount;
      }
    }
    return first;
  }

  private long drop(HeapEntry victims, boolean cleared) {
    long freed = 0;
    for (HeapEntry victim = victims; victim != null; victim = victim.nextTaken()) {
      freed += victim.byteCount;
      victim.removed |= cleared;
      if (!victim.removed) {
        cache.remove(victim.key);
        entries--;
      }
    }
    return freed;
  }

  /** The bytes are reserved already, and given back if Ehcache refuses, or has no memory. */
  private boolean insert(TensorKey key, Row row) {
    boolean isIn = false;
    try {
      HeapEntry entry = new HeapEntry(key, row);
      isIn = cache.putIfAbsent(key, entry) == null;
      if (isIn) {
        entry.linkBefore(ring);
        linkedBytes += entry.byteCount;
        entries++;
      }
      return isIn;
    } finally {
      if (!isIn) {
        setHeld(heldBytes - HeapEntry.bytesOf(row));
      }
    }
  }

  private void setHeld(long bytes) {
    heldBytes = bytes;
  }

  void remove(TensorKey key) {
    try {
      lock.lock();
      HeapEntry entry = cache.get(key);
      if (entry == null) {
        return;
      }
      cache.remove(key);
      entries--;
      entry.removed = true;
      if (entry.linked) {
        entry.unlink();
        linkedBytes -= entry.byteCount;
        setHeld(heldBytes - entry.byteCount);
      }
    } finally {
      lock.unlock();
    }
  }

  void clear() {
    try {
      lock.lock();
      clears++;
      cache.clear();
      unlinkAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of the rows when the cache below is closed: the owner of a closed tier may live on. */
  void forget() {
    try {
      lock.lock();
      unlinkAll();
    } finally {
      lock.unlock();
    }
  }

  private void unlinkAll() {
    while (ring.next != ring) {
      ring.next.unlink();
    }
    setHeld(heldBytes - linkedBytes);
    linkedBytes = 0;
    entries = 0;
  }

  void countEviction() {
    try {
      lock.lock();
      evictions++;
    } finally {
      lock.unlock();
    }
  }

  TierStats stats(long hits) {
    return new TierStats(
        Tier.HEAP,
        entries,
        ByteSize.ofBytes(heldBytes),
        ByteSize.ofBytes(limitBytes),
        hits,
        evictions);
  }
}
