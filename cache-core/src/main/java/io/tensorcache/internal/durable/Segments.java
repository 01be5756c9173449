package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The segments that this process knows, by number and by name. Safe for use by several threads. */
final class Segments {
  private final RankedLock lock = new RankedLock(Rank.SEGMENTS);
  private final Map<SegmentName, Segment> byName = new HashMap<>();
  private volatile @Nullable Segment[] bySlot = new Segment[64];
  private int nextSlot;

  /** A number that was not used before, or -1 when there are no more. */
  int newSlot() {
    lock.lock();
    try {
      return nextSlot < Place.MAX_SEGMENTS ? nextSlot++ : -1;
    } finally {
      lock.unlock();
    }
  }

  void add(Segment segment) {
    lock.lock();
    try {
      @Nullable Segment[] slots = bySlot;
      if (segment.slot >= slots.length) {
        slots = Arrays.copyOf(slots, Math.max(segment.slot + 1, slots.length * 2));
      }
      slots[segment.slot] = segment;
      bySlot = slots;
      byName.put(segment.name, segment);
    } finally {
      lock.unlock();
    }
  }

  /** Without a lock; null if it was dropped. */
  @Nullable Segment at(int slot) {
    @Nullable Segment[] slots = bySlot;
    return slot < slots.length ? slots[slot] : null;
  }

  @Nullable Segment named(SegmentName name) {
    lock.lock();
    try {
      return byName.get(name);
    } finally {
      lock.unlock();
    }
  }

  void remove(Segment segment) {
    lock.lock();
    try {
      @Nullable Segment[] slots = bySlot.clone();
      slots[segment.slot] = null;
      bySlot = slots;
      byName.remove(segment.name);
    } finally {
      lock.unlock();
    }
  }

  List<Segment> all() {
    lock.lock();
    try {
      return new ArrayList<>(byName.values());
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return byName.size();
    } finally {
      lock.unlock();
    }
  }
}
