package io.tensorcache.internal.tier;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Sample;
import io.tensorcache.internal.gate.Worth;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which tier a row enters, and where those go that leave for it. Safe for use by several threads.
 *
 * <p>Without a gate a row enters the highest tier that it fits, and what was used longest ago moves
 * down. With one it enters where there is room, or the highest tier in which the next row to go was
 * asked for less often. That one moves down as long as it was asked for as often as what would go
 * for it there. So rows do not move about that are asked for equally often.
 */
final class Placement {
  private final @Nullable HeapTier heap;
  private final Pools pools;
  private final WhenFull whenFull;
  private final @Nullable Gate gate;
  private final Notices notices;

  /**
   * @param gate of all tiers; null if they let all rows in
   */
  Placement(
      @Nullable HeapTier heap,
      Pools pools,
      WhenFull whenFull,
      @Nullable Gate gate,
      Notices notices) {
    this.heap = heap;
    this.pools = pools;
    this.whenFull = whenFull;
    this.gate = gate;
    this.notices = notices;
  }

  /**
   * Puts a row in that was asked for and is in no tier.
   *
   * @return where it is now; null if it was not admitted
   */
  @Nullable Tier place(TensorKey key, Row row) {
    if (whenFull == WhenFull.KEEP_FIRST) {
      return addWhereIsRoom(key, row);
    }
    if (gate == null) {
      return addOnTop(key, row);
    }
    int frequency = gate.missed(key, HeapEntry.bytesOf(row), row.group());
    if (gate.isOpen() || row.group() < 0) { // a scope's entry is stored because someone says so
      return addOnTop(key, row);
    }
    Tier tier = addWhereIsRoom(key, row);
    if (tier == null) {
      gate.foundNoRoom();
      tier = addByClaim(key, row, Claim.of(gate.claim(frequency, row.group())));
    }
    if (tier == null && mayHold(row)) {
      notices.refused(key);
    }
    return tier;
  }

  /**
   * Puts a row in that leaves the device for one that was asked for more often.
   *
   * @return where it is now; null if it was not admitted
   */
  @Nullable Tier placeDrivenOut(TensorKey key, Row row) {
    if (whenFull == WhenFull.KEEP_FIRST) {
      return addWhereIsRoom(key, row);
    }
    if (gate == null || gate.isOpen()) {
      return addOnTop(key, row);
    }
    Tier tier = addWhereIsRoom(key, row);
    int frequency = gate.frequency(key);
    return tier == null && frequency > 0
        ? addByClaim(key, row, Claim.fromAbove(gate.worth(frequency, row.group())))
        : tier;
  }

  /** A user removed a row. */
  void removed(TensorKey key) {
    if (gate != null) {
      gate.removed(key);
    }
  }

  /** So many rows were replaced by others under new keys. */
  void replaced(long rows) {
    if (gate != null) {
      gate.replaced(rows);
    }
  }

  /** Adds the rows that are here to a sample. */
  void addTo(Sample sample) {
    if (heap != null) {
      heap.addTo(sample);
    }
    pools.addTo(sample);
  }

  private @Nullable Tier addWhereIsRoom(TensorKey key, Row row) {
    return heap != null && heap.addIfRoom(key, row) ? Tier.HEAP : pools.add(key, row, Claim.ROOM);
  }

  private @Nullable Tier addOnTop(TensorKey key, Row row) {
    return isAddedToHeap(key, row, Claim.ALWAYS, null)
        ? Tier.HEAP
        : pools.add(key, row, Claim.ALWAYS);
  }

  private @Nullable Tier addByClaim(TensorKey key, Row row, Claim claim) {
    if (!claim.mayBeat()) {
      return null;
    }
    return isAddedToHeap(key, row, claim, null) ? Tier.HEAP : pools.add(key, row, claim);
  }

  /** False if it is larger than every tier. */
  boolean mayHold(Row row) {
    return heap != null && heap.mayHold(row) || pools.mayHold(row.payloadBytes());
  }

  /**
   * True if rows that leave the heap may take the place of this one, which was served from a pool,
   * and the row is on the heap now.
   */
  boolean isExchanged(TensorKey key, Row row, Worth worth, EntryTier pool) {
    return isAddedToHeap(key, row, Claim.of(worth), pool);
  }

  /**
   * Told that a row was served from below all tiers. True if that was not the first time and the
   * memory has room for it, or others would go for it.
   */
  boolean isWanted(TensorKey key, long byteCount, int group, Gate by) {
    int frequency = by.missed(key, byteCount + HeapEntry.OVERHEAD_BYTES, group);
    if (frequency == 1) {
      return false;
    }
    Claim claim = Claim.of(by.claim(frequency, group));
    return heap != null && heap.wouldAdd(byteCount, claim)
        || pools.wouldAdd(pools.countInMemory(), key, byteCount, claim);
  }

  /** Adds a row that is wanted; as if it were asked for when it was served. */
  boolean addWanted(TensorKey key, Row row, Gate by) {
    Claim claim = Claim.of(by.claim(by.frequency(key), row.group()));
    return heap != null && heap.addIfRoom(key, row)
        || pools.addIfRoom(pools.countInMemory(), key, row)
        || isAddedToHeap(key, row, claim, null)
        || pools.add(pools.countInMemory(), key, row, claim) != null;
  }

  private boolean isAddedToHeap(
      TensorKey key, Row row, Claim claim, @Nullable EntryTier exchangedWith) {
    if (heap == null) {
      return false;
    }
    List<HeapEntry> left = new ArrayList<>();
    Consumer<HeapEntry> leaving =
        entry -> {
          boolean isSmall = entry.byteCount <= HeapEntry.bytesOf(row);
          moveDown(entry, left, claim, isSmall ? exchangedWith : null);
        };
    try {
      return heap.add(key, row, claim, leaving) == Admission.IS_IN;
    } finally {
      forgetRemoved(left);
    }
  }

  /**
   * @param place where the row leaves that it goes for, if that is no smaller; else null
   */
  private void moveDown(
      HeapEntry entry, List<HeapEntry> left, Claim of, @Nullable EntryTier place) {
    boolean isBelow = false;
    try {
      left.add(entry);
      isBelow = isIn(place, entry) || isIn(entry, of);
    } catch (RuntimeException e) {
      notices.failedToMove(e);
    } catch (Error e) { // the heap drops this one and those behind it
      for (HeapEntry each = entry; each != null; each = each.nextTaken()) {
        wentOut(each);
      }
      throw e;
    }
    if (!isBelow) {
      wentOut(entry);
    }
  }

  private boolean isIn(@Nullable EntryTier place, HeapEntry entry) {
    return place != null
        && entry.row != null
        && pools.mayTake(place, entry.key)
        && place.add(entry.key, entry.row, Claim.PLACE) == Admission.IS_IN;
  }

  private boolean isIn(HeapEntry entry, Claim of) {
    Worth worth =
        gate == null ? new Worth(0, 0) : gate.worth(entry.frequency(gate.age()), entry.group());
    return entry.row != null && pools.add(entry.key, entry.row, of.ofDrivenOut(worth)) != null;
  }

  private void wentOut(HeapEntry entry) {
    if (heap != null && entry.row != null) {
      heap.countEviction();
      notices.evicted(entry.key, entry.row.group());
    }
  }

  /** What was removed while it moved down must not have arrived. */
  private void forgetRemoved(List<HeapEntry> left) {
    for (HeapEntry entry : left) {
      if (entry.removed) {
        pools.remove(entry.key);
      }
    }
  }
}
