package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class KnownNameTest {
  private final HandTable hand = new HandTable();
  private final KnownName known = new KnownName();

  private Ticket ticket(long began, String... sources) {
    Ticket ticket =
        new Ticket(hand.table::end, Ticket.Purpose.COMPUTE, "K", SampleEntries.from(sources), null);
    ticket.began = began;
    return ticket;
  }

  private Ticket dependent(long began, long settled) {
    Ticket ticket = ticket(began, "K");
    known.addDependent(ticket);
    ticket.settled = settled;
    known.settle(ticket);
    return ticket;
  }

  @Test
  void ofGhostsOfTheSameSourcesTheFirstStays() {
    Ticket first = ticket(2, "a", "b");
    assertNull(known.addGhost(first));
    Ticket later = ticket(3, "b", "a", "b");
    assertSame(later, known.addGhost(later));
    Ticket earlier = ticket(1, "b", "a");
    assertSame(first, known.addGhost(earlier));
    known.remove(first);
    assertEquals(List.of(earlier), List.copyOf(known.ghosts(0, 10)));
    known.remove(earlier);
    assertNull(known.addGhost(later), "the first is forgotten");
  }

  @Test
  void ghostsOfOtherSourcesStay() {
    assertNull(known.addGhost(ticket(1, "a", "b")));
    assertNull(known.addGhost(ticket(2, "a")));
    assertNull(known.addGhost(ticket(3, "a", "c")));
    assertEquals(3, known.ghosts(0, 10).size());
  }

  @Test
  void dependentsAreInTheOrderInWhichTheySettled() {
    Ticket second = dependent(1, 5);
    Ticket first = dependent(2, 4);
    Ticket unsettled = ticket(3, "K");
    known.addDependent(unsettled);
    assertEquals(List.of(first, second, unsettled), List.copyOf(known.dependents()));
    assertEquals(List.of(second, unsettled), List.copyOf(known.dependents(4, Long.MAX_VALUE)));
    assertEquals(List.of(first), List.copyOf(known.dependents(3, 4)));
    assertTrue(known.lastSettled() > 1_000_000, "one has not settled");
    known.removeDependent(unsettled);
    assertEquals(5, known.lastSettled());
    known.removeDependent(second);
    assertEquals(4, known.lastSettled());
    known.removeDependent(first);
    assertFalse(known.hasDependents());
    assertTrue(known.isFree());
  }

  @Test
  void isFreeWithoutAnything() {
    assertTrue(known.isFree());
    Ticket ticket = ticket(1, "a");
    known.addActive(ticket);
    assertFalse(known.isFree());
    known.addGhost(ticket);
    assertFalse(known.isFree());
    known.remove(ticket);
    assertTrue(known.isFree());
  }
}
