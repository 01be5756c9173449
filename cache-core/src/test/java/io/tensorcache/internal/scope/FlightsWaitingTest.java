package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.flight.Owner;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who computes an entry, who waits for it, and who must not. */
@Timeout(60)
class FlightsWaitingTest {
  private static final Duration FOREVER = Duration.ofHours(1);

  private final Flights flights = new Flights(FOREVER);
  private final Object scope = new Object();

  private Flights.EntryFlight start(String name) {
    return start(flights, name, true);
  }

  private Flights.EntryFlight start(Flights of, String name, boolean isShared) {
    return of.start(new Owner(), scope, "scope/" + name, name, isShared);
  }

  @Test
  void theFirstOneComputesAndTheOthersJoinIt() {
    try (Flights.EntryFlight mine = start("a")) {
      assertTrue(mine.isMine());
      assertEquals(1, flights.size());
      Flights.EntryFlight joined = OtherThread.call(() -> start("a"));
      assertSame(mine, joined);
      assertFalse(OtherThread.call(mine::isMine));
    }
    assertEquals(0, flights.size());
  }

  @Test
  void whoWaitsGetsWhatLanded() {
    Flights.EntryFlight mine = start("a");
    FutureTask<@Nullable Object> waiting =
        OtherThread.startUntilItWaits(() -> flights.await(start("a")));
    mine.land("value");
    assertTrue(mine.hasLanded());
    mine.close();
    assertEquals("value", OtherThread.result(waiting), "closing it takes nothing back");
  }

  @Test
  void whoWaitsGetsNothingFromAComputationThatFailed() {
    Flights.EntryFlight mine = start("a");
    FutureTask<@Nullable Object> waiting =
        OtherThread.startUntilItWaits(() -> flights.await(start("a")));
    mine.close();
    assertNull(OtherThread.result(waiting));
    assertTrue(mine.hasLanded());
  }

  @Test
  void whatLandedIsComputedAnewByTheNextOne() {
    Flights.EntryFlight first = start("a");
    first.land("value");
    Flights.EntryFlight second = OtherThread.call(() -> start("a"));
    assertNotSame(first, second);
    first.close();
    assertEquals(1, flights.size(), "the second one is under way");
  }

  @Test
  void nobodyJoinsOneThatIsNotShared() {
    try (Flights.EntryFlight alone = start(flights, "a", false)) {
      assertEquals(0, flights.size());
      assertTrue(flights.isRunning());
      Flights.EntryFlight other = OtherThread.call(() -> start("a"));
      assertNotSame(alone, other);
    }
    assertFalse(flights.isRunning());
  }

  @Test
  void oneThatIsNotSharedJoinsNobody() {
    Flights.EntryFlight shared = OtherThread.call(() -> start("a"));
    try (Flights.EntryFlight alone = start(flights, "a", false)) {
      assertTrue(alone.isMine());
      assertNotSame(shared, alone);
    }
    assertEquals(1, flights.size());
  }

  @Test
  void nobodyJoinsOneThatWasAbandoned() {
    Flights.EntryFlight mine = start("a");
    FutureTask<@Nullable Object> waiting =
        OtherThread.startUntilItWaits(() -> flights.await(start("a")));
    mine.abandon();
    assertFalse(mine.hasLanded());
    Flights.EntryFlight next = OtherThread.call(() -> start("a"));
    assertNotSame(mine, next);
    mine.land("value");
    assertEquals("value", OtherThread.result(waiting), "who waited already gets it");
    assertEquals(1, flights.size(), "the next one stays");
    mine.close();
  }

  @Test
  void namesAndScopesAreComputedApart() {
    Object equalScope = new Object();
    try (Flights.EntryFlight a = start("a");
        Flights.EntryFlight b = start("b");
        Flights.EntryFlight other = flights.start(new Owner(), equalScope, "other/a", "a", true)) {
      assertTrue(a.isMine() && b.isMine() && other.isMine());
      assertEquals(3, flights.size());
    }
    assertEquals(0, flights.size());
  }

  @Test
  void aScopeIsWhoItIsAndNotWhatItEquals() {
    String one = new String("scope".toCharArray());
    String two = new String("scope".toCharArray());
    Flights.EntryFlight a = OtherThread.call(() -> startIn(one));
    Flights.EntryFlight b = startIn(two);
    assertTrue(b.isMine());
    assertNotSame(a, b);
    b.close();
  }

  private Flights.EntryFlight startIn(Object of) {
    return flights.start(new Owner(), of, "scope/a", "a", true);
  }

  @Test
  void anEntryThatAsksForItselfIsACycle() {
    try (Flights.EntryFlight a = start("a");
        Flights.EntryFlight b = start("b")) {
      assertTrue(a.isMine() && b.isMine());
      IllegalStateException refused = assertThrows(IllegalStateException.class, () -> start("a"));
      assertEquals(
          "a cycle: scope/a -> scope/b -> scope/a; the computation of an entry must not ask for"
              + " that entry",
          refused.getMessage());
      refused = assertThrows(IllegalStateException.class, () -> start(flights, "b", false));
      assertTrue(refused.getMessage().startsWith("a cycle: scope/b -> scope/b;"));
      assertEquals(2, flights.size(), "what was refused left nothing");
    }
    assertFalse(flights.isRunning());
  }

  @Test
  void anInnerComputationEndsAndTheOuterOneGoesOn() {
    try (Flights.EntryFlight outer = start("outer")) {
      start("inner").close();
      assertTrue(flights.isRunning());
      assertFalse(outer.hasLanded());
      assertThrows(IllegalStateException.class, () -> start("outer"));
      start("inner").close(); // is no cycle: it ended
    }
    assertFalse(flights.isRunning());
  }

  @Test
  void aCycleByWayOfAnotherThreadIsFoundBeforeAnyoneWaits() {
    Flights.EntryFlight mine = start("a");
    FutureTask<@Nullable Object> other =
        OtherThread.startUntilItWaits(
            () -> {
              try (Flights.EntryFlight b = start("b")) {
                assertTrue(b.isMine());
                return flights.await(start("a"));
              }
            });
    Flights.EntryFlight b = start("b");
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> flights.await(b));
    assertTrue(
        refused.getMessage().startsWith("a cycle: scope/b -> scope/a -> scope/b;"),
        refused.getMessage());
    mine.land("value");
    assertEquals("value", OtherThread.result(other));
    mine.close();
  }

  /** With an interrupt pending, so that it returns where nothing is refused. */
  private @Nullable Object waitBriefly(Flights.EntryFlight flight) {
    Thread.currentThread().interrupt();
    try {
      return flights.await(flight);
    } finally {
      assertTrue(Thread.interrupted(), "the interrupt is the caller's");
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anInterruptedThreadGoesOnAlone() {
    Flights.EntryFlight others = OtherThread.call(() -> start("a"));
    assertNull(waitBriefly(others));
    assertFalse(others.hasLanded());
  }

  @Test
  void nobodyWaitsForAThreadThatIsGone() {
    Flights impatient = new Flights(FOREVER);
    Flights.EntryFlight lost = OtherThread.call(() -> start(impatient, "a", true));
    assertNull(impatient.await(lost), "its thread ended without landing it");
    assertFalse(lost.hasLanded());
  }

  @Test
  void patienceEndsTheWaitForAThreadThatItselfWaits() {
    Flights impatient = new Flights(Duration.ZERO);
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    FutureTask<Flights.EntryFlight> hanging =
        OtherThread.start(
            () -> {
              Flights.EntryFlight flight = start(impatient, "a", true);
              started.countDown();
              end.await();
              flight.close();
              return flight;
            });
    awaitLatch(started);
    Flights.EntryFlight joined = start(impatient, "a", true);
    assertFalse(joined.isMine());
    assertNull(impatient.await(joined));
    assertFalse(joined.hasLanded());
    end.countDown();
    assertSame(joined, OtherThread.result(hanging));
  }

  @Test
  void whatHasLandedIsHandedOutAtOnce() {
    Flights.EntryFlight mine = start("a");
    mine.land("value");
    mine.land("late");
    assertEquals("value", flights.await(mine));
    mine.close();
  }
}
