package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.BooleanSupplier;

/** Runs the garbage collector until something follows from it. */
final class Garbage {
  private static final int ROUNDS = 100;

  private Garbage() {}

  /** Fails if the condition does not come true. */
  static void collectUntil(BooleanSupplier condition) {
    for (int round = 0; round < ROUNDS && !condition.getAsBoolean(); round++) {
      System.gc();
      Thread.onSpinWait();
    }
    assertTrue(condition.getAsBoolean(), "not collected after " + ROUNDS + " collections");
  }
}
