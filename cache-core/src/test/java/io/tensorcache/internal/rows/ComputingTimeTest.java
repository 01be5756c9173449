package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a function takes for each byte. */
class ComputingTimeTest {
  private static final double EPSILON = 1e-15;

  private final ComputingTime time = new ComputingTime();

  private void add(int calls, long nanos) {
    for (int i = 0; i < calls; i++) {
      time.add(nanos, 1000);
    }
  }

  @Test
  void isTheMeanOfItsCalls() {
    assertEquals(0, time.secondsPerByte());
    time.add(5_000_000, 1000);
    assertEquals(5e-6, time.secondsPerByte(), EPSILON);
    time.add(15_000_000, 1000);
    assertEquals(10e-6, time.secondsPerByte(), EPSILON);
  }

  @Test
  void doesNotMoveForNoise() {
    add(1, 1_000_000);
    for (int i = 0; i < 1000; i++) {
      time.add(i % 2 == 0 ? 700_000 : 1_300_000, 1000);
      assertEquals(1e-6, time.secondsPerByte(), EPSILON);
    }
  }

  @Test
  void followsAFunctionThatGetsFaster() {
    add(100, 100_000_000); // the first calls load something
    add(400, 1_000_000);
    assertTrue(time.secondsPerByte() < 2e-6, "told: " + time.secondsPerByte());
  }

  @Test
  void isKnownFromAnEarlierProgramUntilItIsMeasured() {
    time.setRow(3_000_000);
    assertEquals(0, time.secondsPerByte(), "rows of how many bytes?");
    time.setRowBytes(1000);
    assertEquals(3e-6, time.secondsPerByte(), EPSILON);
    time.setRowBytes(10);
    assertEquals(3e-6, time.secondsPerByte(), EPSILON, "once");
    add(1, 30_000_000);
    assertEquals(30e-6, time.secondsPerByte(), EPSILON);
  }

  @Test
  void emptyRowsSayNothing() {
    time.add(1_000_000, 0);
    time.setRowBytes(0);
    assertEquals(0, time.secondsPerByte());
    time.setRowBytes(100);
    assertEquals(0, time.secondsPerByte(), "nothing was known");
  }
}
