package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Holdings;
import io.tensorcache.internal.gate.Ring;
import io.tensorcache.internal.gate.Sample;
import io.tensorcache.internal.gate.Worth;
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
 * which rows go is our own: a ring with a mark per row (second chance). With a {@link Gate} a row
 * goes only for one that is asked for more often. A read looks up, marks, and takes no lock;
 * everything that changes the tier takes one. Safe for use by several threads.
 */
final class HeapTier {
  private final Cache<TensorKey, HeapEntry> cache;
  private final long limitBytes;
  private final @Nullable Gate gate;
  private final @Nullable Holdings held; // for the gate
  private final RankedLock lock = new RankedLock(Rank.HEAP_TIER);

  /** The rows that are here to stay. Guarded by lock. */
  private final Ring<HeapEntry> ring = new Ring<>(new HeapEntry());

  /** How often the tier was cleared. Guarded by lock. */
  private long clears;

  /** Bytes in the tier or reserved for a row about to enter. Written under lock. */
  private volatile long heldBytes;

  /** Written under lock. */
  private volatile long entries;

  private volatile long evictions;

  /**
   * @param gate counts what is asked for; null to let all rows in
   */
  HeapTier(Cache<TensorKey, HeapEntry> cache, long limitBytes, @Nullable Gate gate) {
    this.cache = cache;
    this.limitBytes = limitBytes;
    this.gate = gate;
    this.held = gate == null ? null : gate.newTier();
  }

  /** True if the row is not larger than the tier. */
  boolean mayHold(Row row) {
    return HeapEntry.bytesOf(row) <= limitBytes;
  }

  /** True if a row with this payload would fit now. */
  boolean hasRoomFor(long payloadBytes) {
    return payloadBytes + HeapEntry.OVERHEAD_BYTES <= limitBytes - heldBytes;
  }

  /** The row that was asked for; null if it is not here. */
  @Nullable Row get(TensorKey key) {
    HeapEntry entry = cache.get(key);
    if (entry == null) {
      return null;
    }
    if (gate == null) {
      entry.markUsed();
    } else {
      gate.found(key, entry.byteCount, entry.use(gate.age()), entry.group());
    }
    return entry.row;
  }

  /** The row, whether or not it was asked for; null if it is not here. */
  @Nullable Row peek(TensorKey key) {
    HeapEntry entry = cache.get(key);
    return entry == null ? null : entry.row;
  }

  /** Of the rows that are here to stay, oldest first. */
  List<TensorKey> keys() {
    List<TensorKey> keys = new ArrayList<>();
    try {
      lock.lock();
      ring.forEach(entry -> keys.add(entry.key));
    } finally {
      lock.unlock();
    }
    return keys;
  }

  /** Adds what is here to stay to a sample, oldest first. */
  void addTo(Sample sample) {
    try {
      lock.lock();
      ring.forEach(entry -> sample.add(entry.key, entry, entry.group()));
    } finally {
      lock.unlock();
    }
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
   * Adds the row; the rows used longest ago go for it, if they were asked for less often. Each of
   * them is handed to {@code leaving}, without a lock and while it can still be found here, and
   * dropped afterwards.
   *
   * @return that it is in, also if it was; that it does not fit also if other threads are just
   *     moving out the row itself, or what would have to go
   */
  Admission add(TensorKey key, Row row, Claim claim, Consumer<HeapEntry> leaving) {
    long size = HeapEntry.bytesOf(row);
    if (size > limitBytes) {
      return Admission.DOES_NOT_FIT;
    }
    HeapEntry victims;
    long reserved;
    long epoch;
    try {
      lock.lock();
      HeapEntry before = cache.get(key);
      if (before != null) {
        return Admission.isIn(before.linked);
      }
      reserved = Math.min(size, limitBytes - heldBytes);
      if (size - reserved > ring.byteCount()) {
        return Admission.DOES_NOT_FIT;
      }
      if (!givesWay(size - reserved, claim)) {
        return Admission.REFUSED;
      }
      victims = takeOldest(size - reserved, claim);
      setHeld(heldBytes + reserved);
      epoch = clears;
      if (victims == null) {
        return Admission.isIn(insert(key, row));
      }
    } finally {
      lock.unlock();
    }
    return Admission.isIn(exchange(key, row, victims, reserved, epoch, leaving));
  }

  /** True if a row with this payload would find room, or others would go for it now. */
  boolean wouldAdd(long payloadBytes, Claim claim) {
    if (hasRoomFor(payloadBytes)) {
      return true;
    }
    try {
      lock.lock();
      long excess = payloadBytes + HeapEntry.OVERHEAD_BYTES - (limitBytes - heldBytes);
      return excess <= ring.byteCount() && givesWay(excess, claim);
    } finally {
      lock.unlock();
    }
  }

  private boolean givesWay(long byteCount, Claim claim) {
    if (byteCount <= 0 || gate == null) {
      return true;
    }
    gate.foundNoRoom();
    return claim.isAlways()
        || claim.mayBeat() && ring.isBeaten(byteCount, entry -> claim.beats(worth(entry, gate)));
  }

  private static Worth worth(HeapEntry entry, Gate by) {
    return by.worth(entry.frequency(by.age()), entry.group());
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
        HeapEntry before = cache.get(key);
        boolean wanted = moved && before == null;
        setHeld(heldBytes - freed - reserved + (wanted ? HeapEntry.bytesOf(row) : 0));
        moved = moved && (before != null ? before.linked : insert(key, row));
      } finally {
        lock.unlock();
      }
    }
    return moved;
  }

  /**
   * Takes rows out of the ring until they have {@code byteCount} bytes. Needs no memory, or rows
   * could be neither in the ring nor on their way out.
   *
   * @return the first of them, with the others behind it; null if none has to go
   */
  private @Nullable HeapEntry takeOldest(long byteCount, Claim claim) {
    boolean areChosen = !claim.isAlways() && gate != null;
    // else one second chance each, also when readers mark faster than we look
    HeapEntry first = ring.take(byteCount, areChosen ? 0 : ring.count());
    for (HeapEntry entry = first; entry != null; entry = entry.nextTaken()) {
      wentOut(entry);
    }
    return first;
  }

  /** The entry is not in the ring any more. */
  private void wentOut(HeapEntry entry) {
    entry.linked = false;
    if (gate != null && held != null) {
      gate.remember(entry.key, entry.frequency(gate.age()));
      gate.left(held, entry.key, entry.byteCount);
    }
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
        link(entry);
        entries++;
      }
      return isIn;
    } finally {
      if (!isIn) {
        setHeld(heldBytes - HeapEntry.bytesOf(row));
      }
    }
  }

  private void link(HeapEntry entry) {
    ring.add(entry);
    entry.linked = true;
    if (gate != null && held != null) {
      entry.setFrequency(gate.frequency(entry.key), gate.age());
      gate.entered(held, entry.key, entry.byteCount);
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
        ring.remove(entry);
        wentOut(entry);
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
      if (gate != null && held != null) {
        gate.cleared(held);
      }
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
    setHeld(heldBytes - ring.byteCount());
    for (HeapEntry entry = ring.oldest(); entry != null; entry = ring.oldest()) {
      ring.remove(entry);
      wentOut(entry);
    }
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
