package io.tensorcache.internal.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockCheckTest {
  private final RankedLock outer = new RankedLock(Rank.CATALOG);
  private final RankedLock inner = new RankedLock(Rank.HEALTH);
  private final RankedReadWriteLock upper = new RankedReadWriteLock(Rank.OFF_HEAP_TIER);
  private final RankedReadWriteLock lower = new RankedReadWriteLock(Rank.DISK_TIER);

  /** The message; what was found is taken so that this test does not fail for it. */
  private static String refused(Runnable action) {
    AssertionError error = assertThrows(AssertionError.class, action::run);
    assertEquals(List.of(error), LockCheck.takeViolations());
    return String.valueOf(error.getMessage());
  }

  private static void under(RankedLock lock, Runnable action) {
    try {
      lock.lock();
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private static void underShared(RankedReadWriteLock lock, Runnable action) {
    try {
      lock.lockShared();
      action.run();
    } finally {
      lock.unlockShared();
    }
  }

  private static void under(RankedReadWriteLock lock, Runnable action) {
    try {
      lock.lock();
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private static void nothing() {}

  @Test
  void isOnInTests() {
    assertTrue(LockCheck.isOn());
  }

  @Test
  void takesLocksInOrder() {
    under(outer, () -> under(inner, LockCheckTest::nothing));
    underShared(upper, () -> under(lower, () -> under(inner, LockCheckTest::nothing)));
    under(inner, LockCheckTest::nothing);
    under(outer, LockCheckTest::nothing);
  }

  @Test
  void refusesALockThatTheThreadHas() {
    String why = refused(() -> under(outer, () -> under(outer, LockCheckTest::nothing)));
    assertTrue(why.contains("takes CATALOG, which it has"), why);
    refused(() -> underShared(upper, () -> underShared(upper, LockCheckTest::nothing)));
    refused(() -> underShared(upper, () -> under(upper, LockCheckTest::nothing)));
    refused(() -> under(upper, () -> underShared(upper, LockCheckTest::nothing)));
    refused(() -> under(upper, () -> under(upper, LockCheckTest::nothing)));
  }

  @Test
  void refusesLocksOutOfOrder() {
    String why = refused(() -> under(inner, () -> under(outer, LockCheckTest::nothing)));
    assertTrue(why.contains("takes CATALOG under [HEALTH]"), why);
    refused(() -> underShared(lower, () -> underShared(upper, LockCheckTest::nothing)));
    refused(() -> under(lower, () -> under(upper, LockCheckTest::nothing)));
  }

  @Test
  void refusesTwoLocksOfOneRank() {
    RankedLock second = new RankedLock(Rank.CATALOG);
    String why = refused(() -> under(outer, () -> under(second, LockCheckTest::nothing)));
    assertTrue(why.contains("takes CATALOG under [CATALOG]"), why);
  }

  @Test
  void refusesUserCodeUnderALock() {
    LockCheck.entersUserCode("a listener");
    String why = refused(() -> under(outer, () -> LockCheck.entersUserCode("a listener")));
    assertTrue(why.contains("enters a listener with [CATALOG] held"), why);
  }

  @Test
  void refusesToWaitForAConditionWithAnotherLock() {
    Condition condition = inner.newCondition();
    refused(() -> under(outer, () -> under(inner, condition::awaitUninterruptibly)));
    under(inner, () -> assertFalse(awaitsNoTime(condition)));
  }

  private static boolean awaitsNoTime(Condition condition) {
    try {
      return condition.await(0, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    }
  }

  @Test
  void triesALockOutOfOrder() {
    under(
        inner,
        () -> {
          assertTrue(outer.tryLock());
          outer.unlock();
        });
  }

  @Test
  void followsEachThreadForItself() throws Exception {
    try {
      outer.lock();
      CompletableFuture.runAsync(() -> LockCheck.entersUserCode("a function"))
          .get(10, TimeUnit.SECONDS);
    } finally {
      outer.unlock();
    }
  }

  /** What is swallowed is found by the extension, which is registered for all tests. */
  @Test
  void keepsWhatWasSwallowed() {
    try {
      under(inner, () -> under(outer, LockCheckTest::nothing));
    } catch (AssertionError swallowed) {
      assertThrows(AssertionError.class, () -> new LockOrderExtension().afterEach(null));
    }
    assertEquals(List.of(), LockCheck.takeViolations());
  }

  @ParameterizedTest
  @EnumSource
  void everyRankIsAboveTheLaterOnes(Rank rank) {
    RankedLock lock = new RankedLock(rank);
    for (Rank other : Rank.values()) {
      RankedLock second = new RankedLock(other);
      if (other.compareTo(rank) > 0) {
        under(lock, () -> under(second, LockCheckTest::nothing));
      } else {
        refused(() -> under(lock, () -> under(second, LockCheckTest::nothing)));
      }
    }
  }
}
