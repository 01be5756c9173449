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
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that ends without memory or stack to close its flights. */
@Timeout(60)
class FlightsTest {
  private final Flights flights = new Flights(Duration.ofHours(1)); // nothing here ends by it
  private final Object scope = new Object();

  private Flights.EntryFlight start(Owner owner, String name) {
    return flights.start(owner, scope, "scope/" + name, name, true);
  }

  /** What the thread gets that waits for this flight by now. */
  private FutureTask<@Nullable Object> waiting(Flights.EntryFlight flight) {
    FutureTask<@Nullable Object> task = new FutureTask<>(() -> flights.await(flight));
    Thread thread = new Thread(task, "waiting");
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    return task;
  }

  @Test
  void whoWaitsGoesOnThoughNothingLanded() throws Exception {
    Owner owner = new Owner();
    Flights.EntryFlight lost = start(owner, "a");
    FutureTask<@Nullable Object> waiting = waiting(lost);
    assertFalse(lost.hasLanded());
    owner.hasEnded = true;
    assertNull(waiting.get(30, TimeUnit.SECONDS));
    assertTrue(lost.hasLanded(), "or who waited would compute alone");
  }

  @Test
  void theEntryCanBeComputedAgainByTheSameThread() {
    Owner owner = new Owner();
    Flights.EntryFlight lost = start(owner, "a");
    owner.hasEnded = true;
    assertFalse(flights.isRunning());
    try (Flights.EntryFlight next = start(new Owner(), "a")) {
      assertTrue(next.isMine());
      assertNotSame(lost, next);
    }
    assertEquals(0, flights.size());
    assertFalse(flights.isRunning());
  }

  @Test
  void theNextFlightIsFoundByOthers() throws Exception {
    Owner owner = new Owner();
    Flights.EntryFlight lost = start(owner, "a");
    owner.hasEnded = true;
    try (Flights.EntryFlight next = start(new Owner(), "a")) {
      FutureTask<Flights.EntryFlight> other = new FutureTask<>(() -> start(new Owner(), "a"));
      new Thread(other, "other").start();
      assertSame(next, other.get(30, TimeUnit.SECONDS));
      lost.land(null); // late: the new one stays
      assertEquals(1, flights.size());
    }
  }

  @Test
  void whatIsAroundItGoesOn() {
    Owner outer = new Owner();
    try (Flights.EntryFlight around = start(outer, "around")) {
      Owner inner = new Owner();
      start(inner, "a");
      inner.hasEnded = true;
      assertTrue(flights.isRunning());
      assertThrows(IllegalStateException.class, () -> start(new Owner(), "around"));
      assertFalse(around.hasLanded());
    }
    assertFalse(flights.isRunning());
  }
}
