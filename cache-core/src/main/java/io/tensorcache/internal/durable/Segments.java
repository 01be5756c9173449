package io.tensorcache.internal.durable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The segments that this process knows, by number and by name. Safe for use by several threads. */
final class Segments {
  private final Map<SegmentName, Segment> byName = new HashMap<>();
  private volatile @Nullable Segment[] bySlot = new Segment[64];
  private int nextSlot;

  /** A number that was not used before, or -1 when there are no more. */
  synchronized int newSlot() {
    return nextSlot < Place.MAX_SEGMENTS ? nextSlot++ : -1;
  }

  synchronized void add(Segment segment) {
    @Nullable Segment[] slots = bySlot;
    if (segment.slot >= slots.length) {
      slots = Arrays.copyOf(slots, Math.max(segment.slot + 1, slots.length * 2));
    }
    slots[segment.slot] = segment;
    bySlot = slots;
    byName.put(segment.name, segment);
  }

  /** Without a lock; null if it was dropped. */
  @Nullable Segment at(int slot) {
    @Nullable Segment[] slots = bySlot;
    return slot < slots.length ? slots[slot] : null;
  }

  synchronized @Nullable Segment named(SegmentName name) {
    return byName.get(name);
  }

  synchronized void remove(Segment segment) {
    @Nullable Segment[] slots = bySlot.clone();
    slots[segment.slot] = null;
    bySlot = slots;
    byName.remove(segment.name);
  }

  synchronized List<Segment> all() {
    return new ArrayList<>(byName.values());
  }

  synchronized int count() {
    return byName.size();
  }
}
