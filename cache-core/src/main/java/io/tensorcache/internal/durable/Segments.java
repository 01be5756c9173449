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
    try {
      lock.lock();
      return nextSlot < Place.MAX_SEGMENTS ? nextSlot++ : -1;
    } finally {
      lock.unlock();
    }
  }

  void add(Segment segment) {
    try {
      lock.lock();
      @Nullable Segment[] slots = bySlot;
      if (segment.slot >= slots.length) {
        slots = Arrays.copyOf(slots, Math.max(segment.slot + 1, slots.length * 2));
      }
      byName.put(segment.name, segment); // needs memory
      slots[segment.slot] = segment;
      bySlot = slots;
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
    try {
      lock.lock();
      return byName.get(name);
    } finally {
      lock.unlock();
    }
  }

  void remove(Segment segment) {
    try {
      lock.lock();
      @Nullable Segment[] slots = bySlot.clone();
      slots[segment.slot] = null;
      bySlot = slots;
      byName.remove(segment.name);
    } finally {
      lock.unlock();
    }
  }

  List<Segment> all() {
    try {
      lock.lock();
      return new ArrayList<>(byName.values());
    } finally {
      lock.unlock();
    }
  }

  int count() {
    try {
      lock.lock();
      return byName.size();
    } finally {
      lock.unlock();
    }
  }
}
