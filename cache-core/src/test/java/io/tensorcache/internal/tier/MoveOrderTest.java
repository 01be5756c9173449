package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.TensorKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
      if (random.nextInt(100) < (i < 30_000 ? 60 : 40)) {
        order.add(key(i));
        expected.add(key(i));
      } else {
        assertEquals(expected.poll(), order.poll(), "seed " + seed);
      }
      assertEquals(expected.size(), order.size());
    }
    order.retainIf(key -> (key.lo() & 1) == 0);
    expected.removeIf(key -> (key.lo() & 1) != 0);
    assertTrue(expected.size() > 100, "seed " + seed);
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
    assertEquals(0, order.size());
    assertNull(order.poll());
  }

  @Test
  void aTurnThatWasGivenIsOver() {
    MoveOrder order = new MoveOrder();
    order.add(key(0));
    order.add(key(1));
    order.mark(key(0));
    assertEquals(key(1), order.poll());
    order.add(key(2));
    assertEquals(key(0), order.poll());
  }

  /** Their marks lie side by side. */
  @Test
  void theTurnOfOneKeyIsNotAnothers() {
    TensorKey read = new TensorKey(0L << 32, 7);
    TensorKey readToo = new TensorKey(1L << 32, 7);
    TensorKey notRead = new TensorKey(2L << 32, 7);
    MoveOrder order = new MoveOrder();
    for (TensorKey key : new TensorKey[] {read, readToo, notRead}) {
      order.add(key);
    }
    order.mark(read);
    order.mark(readToo);
    assertEquals(notRead, order.poll());
    assertEquals(read, order.poll());
    assertEquals(readToo, order.poll());
  }

  @Test
  void whatIsPutInFrontLeavesFirst() {
    MoveOrder order = new MoveOrder();
    for (int i = 0; i < 200; i++) { // more than the ring has at first
      order.addFirst(TiersFixture.key(i));
    }
    order.add(TiersFixture.key(500));
    List<TensorKey> listed = new ArrayList<>();
    order.forEach(listed::add);
    assertEquals(201, listed.size());
    assertEquals(TiersFixture.key(199), listed.get(0));
    assertEquals(TiersFixture.key(500), listed.get(200));
    for (TensorKey key : listed) {
      assertEquals(key, order.poll());
    }
    assertNull(order.poll());
  }

  @Test
  void onlySoManyThatWereReadArePassedOver() {
    MoveOrder order = new MoveOrder();
    for (int i = 0; i < 3; i++) {
      order.add(TiersFixture.key(i));
      order.mark(TiersFixture.key(i));
    }
    assertEquals(TiersFixture.key(1), order.poll(1));
  }
}
