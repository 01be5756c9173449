package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tensorcache.tensor.TensorKey;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MoveOrderTest {
  @Test
  void theOldestComesFirst() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    MoveOrder order = new MoveOrder();
    ArrayDeque<TensorKey> expected = new ArrayDeque<>();
    for (int i = 0; i < 50_000; i++) {
      if (random.nextInt(100) < (i < 30_000 ? 60 : 30)) {
        order.add(key(i));
        expected.add(key(i));
      } else {
        assertEquals(expected.poll(), order.poll(), "seed " + seed);
      }
      assertEquals(expected.size(), order.size());
    }
    order.retainIf(key -> (key.lo() & 1) == 0);
    expected.removeIf(key -> (key.lo() & 1) != 0);
    while (!expected.isEmpty()) {
      assertEquals(expected.poll(), order.poll(), "seed " + seed);
    }
    assertNull(order.poll());
  }

  @Test
  void whatWasReadGetsAnotherTurnButOnlyOne() {
    MoveOrder order = new MoveOrder();
    for (int i = 0; i < 3; i++) {
      order.add(key(i));
    }
    order.mark(key(0));
    assertEquals(key(1), order.poll());
    assertEquals(key(2), order.poll());
    assertEquals(key(0), order.poll());
    for (int i = 0; i < 3; i++) {
      order.add(key(i));
      order.mark(key(i));
    }
    assertEquals(key(0), order.poll(), "all were read: the oldest goes");
    order.clear();
    assertNull(order.poll());
  }
}
