package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.TensorKey;
import org.junit.jupiter.api.Test;

/** Which keys were dropped, and how long ago. */
class EvictedKeysTest {
  private final EvictedKeys keys = new EvictedKeys();

  private boolean isKnown(TensorKey key) {
    return keys.dropsSince(key) >= 0;
  }

  @Test
  void knowsHowManyWereDroppedSince() {
    TensorKey key = new TensorKey(5, 1);
    assertEquals(-1, keys.dropsSince(key), "no table yet");
    for (int round = 0; round < 2; round++) {
      keys.add(key);
      for (int others = 0; others < 70; others++) {
        assertEquals(others, keys.dropsSince(key));
        keys.add(new TensorKey(5, 2 + others));
      }
    }
    assertEquals(69, keys.dropsSince(new TensorKey(5, 2)), "itself not");
  }

  @Test
  void knowsWhatWasDroppedUntilItIsCleared() {
    TensorKey first = new TensorKey(5, 1);
    TensorKey second = new TensorKey(5, 2);
    assertFalse(isKnown(first));
    keys.add(first);
    assertTrue(isKnown(first));
    assertFalse(isKnown(second), "another place");
    assertFalse(isKnown(new TensorKey(6, 1)), "another key in the same place");
    keys.add(second);
    assertTrue(isKnown(first) && isKnown(second));
    keys.clear();
    assertFalse(isKnown(first));
    keys.add(second);
    assertTrue(isKnown(second));
  }

  @Test
  void knowsWhatWasRefused() {
    TensorKey evicted = new TensorKey(5, 1);
    TensorKey refused = new TensorKey(-1, 2);
    assertFalse(keys.wasRefused(refused), "no table yet");
    keys.add(evicted);
    keys.addRefused(refused);
    assertTrue(isKnown(refused) && keys.wasRefused(refused));
    assertEquals(0, keys.dropsSince(refused));
    assertEquals(1, keys.dropsSince(evicted), "refused ones count too");
    assertFalse(keys.wasRefused(evicted));
    assertFalse(keys.wasRefused(new TensorKey(4, 2)), "another key in the same place");
    keys.add(refused);
    assertTrue(isKnown(refused));
    assertFalse(keys.wasRefused(refused), "it was let in, and evicted");
  }

  @Test
  void aLaterOneTakesThePlace() {
    TensorKey first = new TensorKey(5, 3);
    TensorKey second = new TensorKey(6, 3 + (1L << 16));
    keys.add(first);
    keys.add(second);
    assertTrue(isKnown(second));
    assertFalse(isKnown(first));
  }

  @Test
  void placesAreFoundForEveryKey() {
    TensorKey highest = new TensorKey(-1, -1);
    keys.add(highest);
    assertTrue(isKnown(highest));
    assertFalse(isKnown(new TensorKey(-1, -2)));
  }

  @Test
  void zeroIsAKeyToo() {
    TensorKey zero = new TensorKey(0, 4);
    keys.add(new TensorKey(9, 9)); // makes the table
    assertFalse(isKnown(zero), "an empty place");
    keys.add(zero);
    assertTrue(isKnown(zero));
  }
}
