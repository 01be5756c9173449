package io.tensorcache.internal.tier;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How rows enter the heap tier, and where those go that leave it for them. Safe for use by several
 * threads.
 */
final class HeapPlacement {
  private final HeapTier heap;
  private final Pools pools;
  private final WhenFull whenFull;
  private final @Nullable Gate gate;
  private final Notices notices;

  /**
   * @param gate of the tier; null if it lets all rows in
   */
  HeapPlacement(
      HeapTier heap, Pools pools, WhenFull whenFull, @Nullable Gate gate, Notices notices) {
    this.heap = heap;
    this.pools = pools;
    this.whenFull = whenFull;
    this.gate = gate;
    this.notices = notices;
  }

  /**
   * Puts a row in that was asked for and is in no tier.
   *
   * @param failed told what goes wrong with a row that leaves
   */
  Admission place(TensorKey key, Row row, Consumer<RuntimeException> failed) {
    if (whenFull == WhenFull.KEEP_FIRST) {
      return Admission.isIn(heap.addIfRoom(key, row));
    }
    int frequency = frequency(key, row);
    List<HeapEntry> left = new ArrayList<>();
    try {
      return heap.add(key, row, frequency, entry -> moveDown(entry, left, failed));
    } finally {
      forgetRemoved(left);
    }
  }

  /** True if the tier has a gate. */
  boolean hasGate() {
    return gate != null;
  }

  /**
   * Told that a row was served from below all tiers. True if that was not the first time and there
   * is room for it, or others would go for it.
   */
  boolean isWanted(TensorKey key, long byteCount) {
    if (gate == null) {
      return false;
    }
    int frequency = gate.missed(key, byteCount + HeapEntry.OVERHEAD_BYTES, heap::addTo);
    return frequency > 1 && heap.wouldAdd(byteCount, frequency);
  }

  /** Adds a row that is wanted; as if it were asked for when it was served. */
  boolean addWanted(TensorKey key, Row row) {
    return gate != null && heap.add(key, row, gate.frequency(key), this::drop) == Admission.IS_IN;
  }

  /** Entries of scopes are stored because someone says so. They always enter. */
  private int frequency(TensorKey key, Row row) {
    if (gate == null) {
      return HeapTier.ALWAYS;
    }
    int frequency = gate.missed(key, HeapEntry.bytesOf(row), heap::addTo);
    return gate.isOpen() || row.group() < 0 ? HeapTier.ALWAYS : frequency;
  }

  private void moveDown(HeapEntry entry, List<HeapEntry> left, Consumer<RuntimeException> failed) {
    if (entry.row == null) {
      return;
    }
    if (pools.count() > 0) {
      left.add(entry);
      try {
        if (pools.add(entry.key, entry.row) != null) {
          return;
        }
      } catch (RuntimeException e) {
        failed.accept(e);
      }
    }
    drop(entry);
  }

  private void drop(HeapEntry entry) {
    heap.countEviction();
    notices.evicted(entry.key, entry.row == null ? 0 : entry.row.group());
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
