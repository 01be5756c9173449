package io.tensorcache.internal.lock;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Follows which locks each thread holds and fails where it takes one out of order, or enters user
 * code with one. Only where the system property {@value #PROPERTY} is {@code true}, as it is in all
 * tests; else it costs nothing. What it finds is kept too, for whoever swallows the error.
 */
public final class LockCheck {
  public static final String PROPERTY = "io.tensorcache.checkLocks";

  private static final @Nullable LockCheck ON =
      Boolean.getBoolean(PROPERTY) ? new LockCheck() : null;

  private final ThreadLocal<List<Hold>> held = ThreadLocal.withInitial(ArrayList::new);
  private final ConcurrentLinkedQueue<AssertionError> violations = new ConcurrentLinkedQueue<>();

  private LockCheck() {}

  /** A lock that a thread has. */
  private record Hold(Rank rank, Object lock) {}

  /** True if locks are checked. */
  public static boolean isOn() {
    return ON != null;
  }

  /**
   * The thread is about to take a lock, and to wait for it.
   *
   * @throws AssertionError if that is out of order, or the thread has it
   */
  public static void taking(Rank rank, Object lock) {
    if (ON != null) {
      ON.check(rank, lock);
      ON.held.get().add(new Hold(rank, lock));
    }
  }

  /** The thread has a lock that it did not wait for. */
  public static void took(Rank rank, Object lock) {
    if (ON != null) {
      ON.held.get().add(new Hold(rank, lock));
    }
  }

  /** The thread gave a lock back, or did not get it. */
  public static void left(Object lock) {
    if (ON != null) {
      List<Hold> holds = ON.held.get();
      for (int i = holds.size() - 1; i >= 0; i--) {
        if (holds.get(i).lock == lock) {
          holds.remove(i);
          return;
        }
      }
    }
  }

  /**
   * The thread is about to wait for a condition of this lock, which gives back no other one.
   *
   * @throws AssertionError if it has another one
   */
  static void waiting(Object lock) {
    if (ON != null) {
      for (Hold hold : ON.held.get()) {
        if (hold.lock != lock) {
          throw ON.violation("waits for a condition with " + hold.rank + " held");
        }
      }
    }
  }

  /**
   * The thread is about to run what belongs to the user.
   *
   * @param what names it, as in "a listener"
   * @throws AssertionError if the thread has a lock
   */
  public static void entersUserCode(String what) {
    if (ON != null && !ON.held.get().isEmpty()) {
      throw ON.violation("enters " + what + " with " + ON.ranks() + " held");
    }
  }

  /** What was found since the last call. */
  public static List<AssertionError> takeViolations() {
    List<AssertionError> found = new ArrayList<>();
    if (ON != null) {
      for (AssertionError next; (next = ON.violations.poll()) != null; ) {
        found.add(next);
      }
    }
    return found;
  }

  private void check(Rank rank, Object lock) {
    for (Hold hold : held.get()) {
      if (hold.lock == lock) {
        throw violation("takes " + rank + ", which it has");
      }
    }
    for (Hold hold : held.get()) {
      if (hold.rank.compareTo(rank) >= 0) {
        throw violation("takes " + rank + " under " + ranks());
      }
    }
  }

  private List<Rank> ranks() {
    return held.get().stream().map(Hold::rank).toList();
  }

  private AssertionError violation(String what) {
    AssertionError error =
        new AssertionError("thread " + Thread.currentThread().getName() + " " + what);
    violations.add(error);
    return error;
  }
}
