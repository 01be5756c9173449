package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.Map;
import java.util.TreeMap;

/** Which records of a segment are removed, by the unit they start in. Guarded by its own lock. */
final class DeadRanges {
  private final RankedLock lock = new RankedLock(Rank.DEAD_RANGES);
  private final TreeMap<Integer, Integer> ends = new TreeMap<>(); // by start, joined

  void add(int from, int to) {
    try {
      lock.lock();
      int start = from;
      int end = to;
      Map.Entry<Integer, Integer> before = ends.floorEntry(from);
      if (before != null && before.getValue() >= from) {
        start = before.getKey();
        end = Math.max(end, before.getValue());
      }
      Map.Entry<Integer, Integer> next;
      while ((next = ends.ceilingEntry(start)) != null && next.getKey() <= end) {
        end = Math.max(end, next.getValue());
        ends.remove(next.getKey());
      }
      ends.put(start, end);
    } finally {
      lock.unlock();
    }
  }

  boolean contains(int unit) {
    try {
      lock.lock();
      Map.Entry<Integer, Integer> before = ends.floorEntry(unit);
      return before != null && unit < before.getValue();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    try {
      lock.lock();
      return ends.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
