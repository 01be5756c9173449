package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Changes under one lock, and what is told after it. */
class ContentsTest {
  private final List<String> told = new ArrayList<>();
  private final Leaving leaving =
      new Leaving() {
        @Override
        public void leaves(Entry entry, RemovalCause cause) {
          assertThrows(AssertionError.class, () -> LockCheck.entersUserCode("a test"));
          LockCheck.takeViolations();
          fail("leaves " + entry.name());
          told.add("leaves " + entry.name());
        }

        @Override
        public void left(Entry entry, @Nullable Object held, RemovalCause cause) {
          LockCheck.entersUserCode("a test");
          fail("left " + entry.name());
          told.add("left " + entry.name() + " " + cause + " " + held);
        }

        @Override
        public IllegalStateException whenClosed() {
          throw new AssertionError("nothing is closed here");
        }
      };
  private final OutOfMemoryError noMemory = new OutOfMemoryError("injected");
  private final Set<String> failing = new HashSet<>();
  private long nowMillis;
  private boolean clockFails;
  private int clockReads;
  private final Contents contents =
      new Contents(new Uses(Retention.STRONG, Bounds.NONE), Bounds.NONE, this::now, leaving);
  private final EntryTable table = new HandTable().table;

  private Instant now() {
    clockReads++;
    if (clockFails) {
      throw new IllegalStateException("the clock fails on purpose");
    }
    return Instant.ofEpochMilli(nowMillis);
  }

  private void fail(String step) {
    if (failing.contains(step)) {
      throw noMemory;
    }
  }

  private Ticket ticket(Ticket.Purpose purpose, String name, String... sources) {
    return new Ticket(table::end, purpose, name, SampleEntries.from(sources), null);
  }

  private Entry enter(Entry entry) {
    try (Contents.Change change = contents.change()) {
      change.start();
      change.enter(ticket(Ticket.Purpose.PUT, entry.name()), entry);
    }
    return entry;
  }

  private Entry entry(String name) {
    return SampleEntries.entry(name, SampleEntries.strongly("value"));
  }

  private Entry endingAt(String name, long millis, @Nullable Ticket origin) {
    return SampleEntries.entry(
        name,
        SampleEntries.from(),
        SampleEntries.strongly("value"),
        new Entry.Special(millis, null, origin));
  }

  @Test
  void whatLeavesIsNotedWithTheLockAndToldWithoutIt() {
    Entry a = enter(entry("a"));
    Entry b = enter(entry("b"));
    try (Contents.Change change = contents.change()) {
      change.start();
      assertTrue(change.leave(a, RemovalCause.REMOVED));
      assertTrue(change.leave(b, RemovalCause.RESET));
      assertEquals(List.of("leaves a", "leaves b"), told);
      assertNull(a.held(), "it is let go of at once");
    }
    assertEquals(
        List.of("leaves a", "leaves b", "left a REMOVED value", "left b RESET value"), told);
  }

  @Test
  void theErrorThatEndsAChangeIsTheOneThatIsThrownThoughItMeetsItAgain() {
    Entry a = enter(entry("a"));
    Entry b = enter(entry("b"));
    Entry c = enter(entry("c"));
    failing.addAll(List.of("left a", "leaves c"));
    OutOfMemoryError thrown =
        assertThrows(
            OutOfMemoryError.class,
            () -> {
              try (Contents.Change change = contents.change()) {
                change.start();
                for (Entry each : List.of(a, b, c)) {
                  change.leave(each, RemovalCause.REMOVED);
                }
              }
            });
    assertSame(noMemory, thrown);
    assertEquals(List.of("leaves a", "leaves b", "left b REMOVED value"), told);
    assertEquals(1, contents.counts.entries(), "c");
  }

  @Test
  void aChangeKeepsOtherThreadsOut() {
    FutureTask<List<Entry>> other;
    Entry a = entry("a");
    try (Contents.Change change = contents.change()) {
      change.start();
      other = OtherThread.startUntilItWaits(contents::all);
      change.enter(ticket(Ticket.Purpose.PUT, "a"), a);
      assertFalse(other.isDone());
    }
    assertEquals(List.of(a), OtherThread.result(other));
  }

  @Test
  void anEntryLeavesOnceAndOnlyIfItIsTheOneThere() {
    Entry first = enter(entry("a"));
    Entry second = enter(entry("a"));
    assertTrue(first.gone);
    told.clear();
    assertFalse(contents.leave(first, RemovalCause.EVICTED));
    assertEquals(List.of(), told);
    assertTrue(contents.leave(second, RemovalCause.EVICTED));
    assertFalse(contents.leave(second, RemovalCause.EVICTED));
    assertEquals(0, contents.counts.entries());
    assertEquals(1, contents.counts.evictions.sum());
  }

  @Test
  void theCauseOfALostValueIsItsCollection() {
    Entry lost = enter(SampleEntries.entry("a", SampleEntries.weakly(new Object())));
    lost.clear();
    contents.leave(lost, RemovalCause.EVICTED);
    assertEquals(List.of("leaves a", "left a COLLECTED null"), told);
    assertEquals(0, contents.counts.evictions.sum());
    assertEquals(1, contents.counts.collected.sum());
  }

  @Test
  void otherCausesAreNotCounted() {
    for (RemovalCause cause : RemovalCause.values()) {
      contents.leave(enter(entry("a")), cause);
    }
    assertEquals(1, contents.counts.evictions.sum());
    assertEquals(1, contents.counts.collected.sum());
  }

  @Test
  void forgettingTellsNothing() {
    Entry a = enter(entry("a"));
    try (Contents.Change change = contents.change()) {
      change.start();
      contents.entries.remove("a");
      assertEquals("value", change.forget(a));
    }
    assertEquals(List.of(), told);
    assertEquals(0, contents.counts.entries());
  }

  @Test
  void theClockIsNotAskedUnlessSomethingEnds() {
    enter(entry("a"));
    assertFalse(contents.expire());
    assertEquals(0, clockReads);
    enter(endingAt("b", 10, null));
    assertFalse(contents.expire());
    assertEquals(1, clockReads);
  }

  /** Drops what is over. */
  private void changeNothing() {
    try (Contents.Change change = contents.change()) {
      change.start();
    }
  }

  @Test
  void whatIsOverLeavesWithTheNextChange() {
    enter(endingAt("a", 10, null));
    enter(endingAt("b", 11, null));
    nowMillis = 9;
    changeNothing();
    assertEquals(2, contents.counts.entries());
    nowMillis = 10;
    changeNothing();
    assertEquals(List.of("leaves a", "left a EXPIRED value"), told);
    nowMillis = 11;
    assertTrue(contents.expire());
    assertFalse(contents.expire(), "nothing is left");
    assertEquals(0, contents.counts.entries());
    assertTrue(contents.expiries.isEmpty());
  }

  @Test
  void whatWasComputedFromWhatIsOverGoesWithIt() {
    enter(endingAt("a", 10, null));
    enterFrom("L", "a");
    nowMillis = 10;
    assertTrue(contents.expire());
    assertEquals(0, contents.counts.entries());
    assertEquals("left L EXPIRED value", told.get(3));
  }

  private Entry enterFrom(String name, String source) {
    Ticket ticket = ticket(Ticket.Purpose.COMPUTE, name, source);
    Entry entry = endingAt(name, Long.MAX_VALUE, ticket);
    try (Contents.Change change = contents.change()) {
      change.start();
      change.begin(ticket);
      change.enter(ticket, entry);
    }
    return entry;
  }

  @Test
  void alsoIfTheSourceWasEvictedBefore() {
    Entry source = enter(endingAt("a", 10, null));
    Entry before = enterFrom("L", "a");
    contents.leave(source, RemovalCause.EVICTED);
    assertTrue(source.leftAt() > 0);
    Entry after = enterFrom("M", "a");
    nowMillis = 10;
    assertTrue(contents.expire());
    assertTrue(before.gone);
    assertFalse(after.gone, "it was computed from another value");
  }

  @Test
  void nothingIsNotedOfASourceFromWhichNothingWasComputed() {
    Entry source = enter(endingAt("a", 10, null));
    contents.leave(source, RemovalCause.EVICTED);
    assertEquals(0, source.leftAt());
    Entry forever = enter(entry("b"));
    enterFrom("L", "b");
    contents.leave(forever, RemovalCause.EVICTED);
    assertEquals(0, forever.leftAt());
  }

  @Test
  void aClockThatFailsLeavesTheLockFree() {
    enter(endingAt("a", 10, null));
    clockFails = true;
    assertThrows(IllegalStateException.class, this::changeNothing);
    assertEquals(1, OtherThread.call(() -> contents.all().size()));
  }

  @Test
  void ticketsThatCouldNotBeEndedAreEndedByTheNextChange() {
    Ticket first = ticket(Ticket.Purpose.COMPUTE, "K", "a");
    Ticket second = ticket(Ticket.Purpose.COMPUTE, "L", "a");
    try (Contents.Change change = contents.change()) {
      change.start();
      change.begin(first);
      change.begin(second);
    }
    contents.endLater(first);
    contents.endLater(second);
    assertSame(Ticket.State.UNDER_WAY, first.state);
    changeNothing();
    assertSame(Ticket.State.GHOST, first.state);
    assertSame(Ticket.State.GHOST, second.state);
    assertEquals(3, contents.knownNames());
  }

  @Test
  void aRefreshedEntryIsWhatItsTicketBecame() {
    Entry before = enterFrom("L", "a");
    Ticket origin = before.origin();
    assertNotNull(origin);
    Entry after = endingAt("L", Long.MAX_VALUE, origin);
    try (Contents.Change change = contents.change()) {
      change.start();
      change.refresh(before, after);
      assertSame(after, change.get("L"));
    }
    assertSame(after, origin.entry);
    assertTrue(before.gone);
    assertEquals(1, contents.counts.entries());
    try (Contents.Change change = contents.change()) {
      change.start();
      change.changed("a", null, RemovalCause.REPLACED);
    }
    assertTrue(after.gone);
  }

  @Test
  void anEntryOfATicketThatIsOutdatedIsNotItsEntryAnyMore() {
    Entry before = enterFrom("L", "a");
    Ticket origin = before.origin();
    assertNotNull(origin);
    origin.state = Ticket.State.DONE;
    origin.entry = null;
    try (Contents.Change change = contents.change()) {
      change.start();
      change.refresh(before, endingAt("L", Long.MAX_VALUE, origin));
    }
    assertNull(origin.entry);
  }

  @Test
  void aValueThatLeavesWithWhatWasComputedFromItIsRemembered() {
    Entry k = enterFrom("K", "a");
    Entry l = enterFrom("L", "K");
    contents.leave(k, RemovalCause.EVICTED);
    try (Contents.Change change = contents.change()) {
      change.start();
      change.changed("a", null, RemovalCause.REPLACED);
    }
    assertTrue(l.gone);
    assertEquals("left L REPLACED value", told.get(told.size() - 1));
  }

  @Test
  void thereIsRoomWhereNothingIsBound() {
    enter(entry("a"));
    assertTrue(contents.hasRoom(Long.MAX_VALUE - 1));
    assertFalse(contents.hasRoom(Long.MAX_VALUE));
  }
}
