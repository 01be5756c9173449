package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  private Flights.Flight start(Flights.Owner owner, String name) {
    return flights.start(owner, scope, "scope/" + name, name, true);
  }

  /** What the thread gets that waits for this flight by now. */
  private FutureTask<@Nullable Object> waiting(Flights.Flight flight) {
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
    Flights.Owner owner = new Flights.Owner();
    Flights.Flight lost = start(owner, "a");
    FutureTask<@Nullable Object> waiting = waiting(lost);
    assertFalse(lost.hasLanded());
    owner.hasEnded = true;
    assertNull(waiting.get(30, TimeUnit.SECONDS));
    assertTrue(lost.hasLanded(), "or who waited would compute alone");
  }

  @Test
  void theEntryCanBeComputedAgainByTheSameThread() {
    Flights.Owner owner = new Flights.Owner();
    Flights.Flight lost = start(owner, "a");
    owner.hasEnded = true;
    assertFalse(flights.isRunning());
    try (Flights.Flight next = start(new Flights.Owner(), "a")) {
      assertTrue(next.isMine());
      assertNotSame(lost, next);
    }
    assertEquals(0, flights.size());
    assertFalse(flights.isRunning());
  }

  @Test
  void theNextFlightIsFoundByOthers() throws Exception {
    Flights.Owner owner = new Flights.Owner();
    Flights.Flight lost = start(owner, "a");
    owner.hasEnded = true;
    try (Flights.Flight next = start(new Flights.Owner(), "a")) {
      FutureTask<Flights.Flight> other = new FutureTask<>(() -> start(new Flights.Owner(), "a"));
      new Thread(other, "other").start();
      assertSame(next, other.get(30, TimeUnit.SECONDS));
      lost.land(null); // late: the new one stays
      assertEquals(1, flights.size());
    }
  }

  @Test
  void whatIsAroundItGoesOn() {
    Flights.Owner outer = new Flights.Owner();
    try (Flights.Flight around = start(outer, "around")) {
      Flights.Owner inner = new Flights.Owner();
      start(inner, "a");
      inner.hasEnded = true;
      assertTrue(flights.isRunning());
      assertThrows(IllegalStateException.class, () -> start(new Flights.Owner(), "around"));
      assertFalse(around.hasLanded());
    }
    assertFalse(flights.isRunning());
  }
}
