package io.tensorcache.internal.rows;

import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** All groups of a cache. Safe for use by several threads. */
public final class Groups {
  /** Earlier fingerprints of a function that are remembered while they hold rows. */
  private static final int REMEMBERED = 8;

  private final RankedLock lock = new RankedLock(Rank.GROUPS);
  private final Map<String, Deque<Group>> byFunction =
      new ConcurrentHashMap<>(); // newest first; each deque guarded by lock
  private final Map<Integer, Group> byNumber = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();

  /** The group of a function and fingerprint, which becomes the function's newest. */
  public Group of(String function, ComputationDigest fingerprint) {
    Deque<Group> groups = byFunction.computeIfAbsent(function, name -> new ArrayDeque<>());
    try {
      lock.lock();
      for (Group group : groups) {
        if (group.fingerprint().equals(fingerprint)) {
          groups.remove(group);
          groups.addFirst(group);
          return group;
        }
      }
      Group group = new Group(numbers.incrementAndGet(), function, fingerprint);
      forgetEmpty(groups);
      groups.addFirst(group);
      byNumber.put(group.number(), group);
      return group;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A function in training brings a new fingerprint at every step; keep only what still holds rows,
   * and not too many.
   */
  private void forgetEmpty(Deque<Group> groups) {
    groups.removeIf(group -> group.rows() == 0 && byNumber.remove(group.number(), group));
    while (groups.size() > REMEMBERED) {
      byNumber.remove(groups.removeLast().number());
    }
  }

  /** The function's other groups that hold rows, newest first. */
  public List<Group> others(Group group) {
    Deque<Group> groups = byFunction.get(group.function());
    if (groups == null) {
      return List.of();
    }
    try {
      lock.lock();
      List<Group> result = new ArrayList<>(groups);
      result.removeIf(other -> other == group || other.rows() == 0);
      return result;
    } finally {
      lock.unlock();
    }
  }

  /** A row of this group was dropped. */
  void dropped(int number) {
    Group group = byNumber.get(number);
    if (group != null) {
      group.add(-1);
    }
  }

  /** Seconds that a hit of a row of this group saves for each byte; 0 if that is not known. */
  double savedPerByte(int number) {
    Group group = byNumber.get(number);
    return group == null ? 0 : group.savedPerByte();
  }

  /** All rows were dropped. */
  void clear() {
    byNumber.values().forEach(Group::reset);
  }
}
