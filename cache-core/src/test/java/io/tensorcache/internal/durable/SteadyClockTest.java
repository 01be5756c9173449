package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final long START = 1_800_000_000_000L;
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final AtomicLong wall = new AtomicLong(START);
  private final AtomicLong nanos = new AtomicLong(-5);
  private final SteadyClock clock = new SteadyClock(wall::get, nanos::get);

  private void pass(long millis) {
    wall.addAndGet(millis);
    nanos.addAndGet(millis * 1_000_000);
  }

  @Test
  void isTheTimeOfDay() {
    assertEquals(START, clock.millis());
    pass(1234);
    assertEquals(Instant.ofEpochMilli(START + 1234), clock.instant());
    assertTrue(Math.abs(SteadyClock.SYSTEM.millis() - System.currentTimeMillis()) < 1000);
  }

  @Test
  void goesOnWhenTheClockIsSetBack() {
    pass(1000);
    wall.addAndGet(-DAY);
    assertEquals(START + 1000, clock.millis());
    pass(500);
    assertEquals(START + 1500, clock.millis());
    wall.addAndGet(-DAY);
    pass(500);
    assertEquals(START + 2000, clock.millis());
  }

  @Test
  void followsAClockThatIsSetForward() {
    wall.addAndGet(DAY);
    assertEquals(START + DAY, clock.millis());
    pass(1);
    wall.addAndGet(-DAY);
    assertEquals(START + DAY + 1, clock.millis());
  }
}
