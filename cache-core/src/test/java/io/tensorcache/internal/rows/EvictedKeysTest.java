package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.TensorKey;
import org.junit.jupiter.api.Test;

class EvictedKeysTest {
  private final EvictedKeys keys = new EvictedKeys();

  @Test
  void knowsWhatWasDroppedUntilItIsCleared() {
    TensorKey first = new TensorKey(5, 1);
    TensorKey second = new TensorKey(5, 2);
    assertFalse(keys.contains(first));
    keys.add(first);
    assertTrue(keys.contains(first));
    assertFalse(keys.contains(second), "another place");
    assertFalse(keys.contains(new TensorKey(6, 1)), "another key in the same place");
    keys.add(second);
    assertTrue(keys.contains(first) && keys.contains(second));
    keys.clear();
    assertFalse(keys.contains(first));
    keys.add(second);
    assertTrue(keys.contains(second));
  }

  @Test
  void aLaterOneTakesThePlace() {
    TensorKey first = new TensorKey(5, 3);
    TensorKey second = new TensorKey(6, 3 + (1L << 16));
    keys.add(first);
    keys.add(second);
    assertTrue(keys.contains(second));
    assertFalse(keys.contains(first));
  }

  @Test
  void placesAreFoundForEveryKey() {
    TensorKey highest = new TensorKey(-1, -1);
    keys.add(highest);
    assertTrue(keys.contains(highest));
    assertFalse(keys.contains(new TensorKey(-1, -2)));
  }

  @Test
  void zeroIsAKeyToo() {
    TensorKey zero = new TensorKey(0, 4);
    keys.add(new TensorKey(9, 9)); // makes the table
    assertFalse(keys.contains(zero), "an empty place");
    keys.add(zero);
    assertTrue(keys.contains(zero));
  }
}
