package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.flight.Owner;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TicketTest {
  private final HandTable hand = new HandTable();
  private final Flights flights = new Flights(Duration.ofHours(1));

  private Ticket ticket(Ticket.Purpose purpose, String... sources) {
    return new Ticket(hand.table::end, purpose, "K", SampleEntries.from(sources), null);
  }

  private Flights.EntryFlight flight() {
    return flights.start(new Owner(), hand.table, "scope/K", "K", true);
  }

  @Test
  void isValidUntilItIsOutdated() {
    Ticket ticket = ticket(Ticket.Purpose.COMPUTE);
    assertTrue(ticket.isValid());
    assertFalse(ticket.isSuperseded());
    ticket.outdate();
    assertFalse(ticket.isValid());
    assertFalse(ticket.isSuperseded(), "a source changed, not the entry");
  }

  @Test
  void isOutdatedWhenItIsSuperseded() {
    Ticket ticket = ticket(Ticket.Purpose.OVERWRITE);
    ticket.supersede();
    assertTrue(ticket.isSuperseded());
    assertFalse(ticket.isValid());
  }

  @ParameterizedTest
  @EnumSource(Ticket.Purpose.class)
  void whatTheProgramGivesReplacesAndWhatWasAbsentDoesNot(Ticket.Purpose purpose) {
    boolean replaces = purpose == Ticket.Purpose.PUT || purpose == Ticket.Purpose.OVERWRITE;
    assertEquals(replaces, ticket(purpose).isReplacing());
  }

  @ParameterizedTest
  @EnumSource(Ticket.Purpose.class)
  void nothingOutdatesAValueThatIsPutWithoutSources(Ticket.Purpose purpose) {
    assertEquals(purpose != Ticket.Purpose.PUT, ticket(purpose).isTracked());
    assertTrue(ticket(purpose, "sample").isTracked());
  }

  @Test
  void nobodyJoinsTheFlightOfAnOutdatedTicket() {
    Flights.EntryFlight flight = flight();
    Ticket ticket =
        hand.table.begin(Ticket.Purpose.COMPUTE, "K", SampleEntries.from("sample"), flight);
    assertEquals(1, flights.size());
    hand.remove("sample");
    assertFalse(ticket.isValid());
    assertEquals(0, flights.size());
    assertFalse(flight.hasLanded(), "who waits already gets its value");
    flight.close();
  }

  @Test
  void nobodyJoinsTheFlightOfAValueThatEntered() {
    Flights.EntryFlight flight = flight();
    Ticket ticket = hand.table.begin(Ticket.Purpose.COMPUTE, "K", SampleEntries.from(), flight);
    assertNotNull(hand.enter(ticket, SampleEntries.strongly("value")));
    assertEquals(0, flights.size());
    assertFalse(flight.hasLanded());
    flight.close();
  }

  @Test
  void isUnderWayUntilItIsEnded() {
    Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, "K");
    assertTrue(ticket.isUnderWay());
    assertEquals(1, hand.table.knownNames());
    ticket.close();
    assertFalse(ticket.isUnderWay());
    assertEquals(0, hand.table.knownNames());
    ticket.close();
    assertFalse(ticket(Ticket.Purpose.PUT).isUnderWay(), "there is nothing to end");
  }

  @Test
  void whatDidNotEnterUntilItsEndNeverDoes() {
    Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, "K", "sample");
    ticket.close();
    hand.remove("sample");
    assertNull(hand.enter(ticket, SampleEntries.strongly("value")));
    assertEquals(0, hand.table.size());
  }

  @Test
  void belongsToTheThreadThatBeganIt() {
    Ticket ticket = ticket(Ticket.Purpose.COMPUTE, "sample");
    assertSame(Thread.currentThread(), ticket.owner);
    assertEquals("K", ticket.name());
    assertEquals(SampleEntries.from("sample"), ticket.terms());
    assertEquals(Long.MAX_VALUE, ticket.settled, "may still become anything");
  }
}
