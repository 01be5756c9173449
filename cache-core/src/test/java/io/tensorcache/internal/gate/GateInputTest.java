package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sizes, keys and threads that are out of the ordinary. */
class GateInputTest {
  @Test
  void aTierOfOneRowFollowsWhatIsAskedForNow() {
    ModelTier tier = new ModelTier(1, 7);
    for (int id = 0; id < 20; id++) {
      int misses = 0;
      for (int i = 0; i < 200; i++) {
        misses += tier.ask(id, 1) ? 0 : 1;
      }
      assertTrue(misses <= 40, "row " + id + " was refused " + misses + " times");
    }
  }

  @Test
  void ofTwoRowsInTurnATierOfOneServesOne() {
    ModelTier tier = new ModelTier(1, 7);
    int[] ids = IntStream.range(0, 200).map(i -> i % 2).toArray();
    assertEquals(50, tier.percent(ids, 2), 1);
  }

  @Test
  void sizesThatChangeKeepTheBound() {
    ModelTier tier = new ModelTier(50_000, 7);
    SplittableRandom random = new SplittableRandom(1);
    int hits = 0;
    for (int i = 0; i < 100_000; i++) {
      int id = random.nextInt(1_100);
      if (random.nextInt(20) == 0) {
        tier.remove(id); // it comes back in another size
      }
      hits += tier.ask(id, 1 + random.nextInt(100)) ? 1 : 0;
      assertTrue(tier.heldBytes() <= 50_000);
    }
    assertTrue(hits > 70_000, "hits: " + hits);
  }

  @Test
  void rowsLargerThanHalfTheTierTakeTurns() {
    ModelTier tier = new ModelTier(100, 7);
    int[] ids = GateTraces.shuffled(3, 200, new SplittableRandom(1));
    int hits = 0;
    for (int id : ids) {
      hits += tier.ask(id, 60) ? 1 : 0;
      assertTrue(tier.heldBytes() <= 100);
    }
    assertTrue(hits > 190, "a third fits: " + hits);
    assertFalse(tier.ask(9, 101), "larger than the tier");
    assertFalse(tier.ask(9, 101));
  }

  @Test
  void rowsWithoutBytesAreHeldToo() {
    ModelTier tier = new ModelTier(10, 7);
    for (int i = 0; i < 2_000; i++) {
      tier.ask(i % 100, i % 100 < 50 ? 0 : 1);
    }
    assertTrue(tier.heldBytes() <= 10);
    assertTrue(tier.ask(3, 0) && tier.ask(49, 0), "they take no room");
  }

  /** All keys differ in the highest bits only, as those of somebody who knows no secret may. */
  @Test
  void keysThatAreMadeToCollideDoNot() {
    Gate gate = new Gate(false, null);
    Holdings held = gate.newTier();
    for (int i = 0; i < 4_000; i++) {
      gate.entered(held, key(i), 1);
      gate.missed(key(i), 1, 0);
    }
    int once = 0;
    for (int i = 0; i < 4_000; i++) {
      once += gate.frequency(key(i)) == 1 ? 1 : 0;
    }
    assertTrue(once > 3_000, "counted once each, and seen as that: " + once);
  }

  private static io.tensorcache.tensor.TensorKey key(int number) {
    return new io.tensorcache.tensor.TensorKey((long) number << 48, 5);
  }

  @Test
  void aClearedTierIsNotComparedWithWhatItHad() {
    ModelTier tier = new ModelTier(900, 7);
    int[] ids = GateTraces.shuffled(1_000, 3, new SplittableRandom(1));
    for (int round = 0; round < 10; round++) {
      tier.percent(ids, 0);
      for (int id = 0; id < 1_000; id++) {
        tier.remove(id);
      }
      tier.gate.cleared(tier.held);
    }
    assertFalse(tier.wasOpen);
  }

  @Test
  void eightThreadsKeepWhatFits() throws Exception {
    int rows = 3_000;
    ModelTier tier = new ModelTier((long) (rows / 1.1), 7);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    CountDownLatch start = new CountDownLatch(1);
    try {
      Future<?>[] ends = new Future<?>[8];
      for (int t = 0; t < 8; t++) {
        int[] ids = GateTraces.shuffled(rows, 10, new SplittableRandom(t));
        ends[t] =
            threads.submit(
                () -> {
                  start.await();
                  for (int id : ids) {
                    tier.ask(id, 1);
                  }
                  return null;
                });
      }
      start.countDown();
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      threads.shutdown();
    }
    assertTrue(tier.heldBytes() <= (long) (rows / 1.1));
    int[] ids = GateTraces.shuffled(rows, 2, new SplittableRandom(99));
    assertEquals(100 / 1.1, tier.percent(ids, 0), 4);
  }
}
