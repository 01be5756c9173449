package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.TensorKey;
import org.junit.jupiter.api.Test;

class MoveTicketsTest {
  private static final TensorKey KEY = new TensorKey(1, 1);
  private static final TensorKey OTHER = new TensorKey(1, 2);

  private final MoveTickets tickets = new MoveTickets();

  @Test
  void aTicketStandsWhileNothingIsRemoved() {
    long ticket = tickets.ticket(KEY);
    assertNotEquals(MoveTickets.NONE, ticket);
    assertTrue(tickets.stands(KEY, ticket));
    tickets.whileRemoving(OTHER, () -> {});
    assertTrue(tickets.stands(KEY, ticket));
  }

  @Test
  void aRemovalOfTheKeyEndsItFromTheBeginningOn() {
    long ticket = tickets.ticket(KEY);
    tickets.whileRemoving(KEY, () -> assertFalse(tickets.stands(KEY, ticket)));
    assertFalse(tickets.stands(KEY, ticket));
    assertTrue(tickets.stands(KEY, tickets.ticket(KEY)));
  }

  @Test
  void aRemovalOfAllEndsItFromTheBeginningOn() {
    long ticket = tickets.ticket(KEY);
    tickets.whileRemovingAll(() -> assertFalse(tickets.stands(KEY, ticket)));
    assertFalse(tickets.stands(KEY, ticket));
    assertTrue(tickets.stands(KEY, tickets.ticket(KEY)));
  }

  @Test
  void thereIsNoneWhileARemovalIsUnderWay() {
    tickets.whileRemoving(
        KEY,
        () -> {
          assertEquals(MoveTickets.NONE, tickets.ticket(KEY));
          assertNotEquals(MoveTickets.NONE, tickets.ticket(OTHER));
          tickets.whileRemoving(KEY, () -> {}); // by another thread, which ends first
          assertEquals(MoveTickets.NONE, tickets.ticket(KEY));
        });
    tickets.whileRemovingAll(() -> assertEquals(MoveTickets.NONE, tickets.ticket(OTHER)));
  }

  @Test
  void aRemovalThatFailsIsOver() {
    assertThrows(
        IllegalStateException.class,
        () ->
            tickets.whileRemoving(
                KEY,
                () -> {
                  throw new IllegalStateException("closed");
                }));
    assertThrows(
        OutOfMemoryError.class,
        () ->
            tickets.whileRemovingAll(
                () -> {
                  throw new OutOfMemoryError("heap");
                }));
    assertNotEquals(MoveTickets.NONE, tickets.ticket(KEY));
  }
}
