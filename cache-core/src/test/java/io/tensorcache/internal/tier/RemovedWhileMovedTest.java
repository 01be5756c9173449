package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows that are removed while a reader moves them up stay removed. */
@Tag("slow")
class RemovedWhileMovedTest {
  private static final int ROUNDS = 8_000;

  @Test
  void aRemovedRowDoesNotComeBack() throws Exception {
    race(tiers -> tiers.remove(key(1)));
  }

  @Test
  void aClearedRowDoesNotComeBack() throws Exception {
    race(MemoryTiers::clear);
  }

  private static void race(Consumer<MemoryTiers> removal) throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    CyclicBarrier both = new CyclicBarrier(2);
    try (TiersFixture f = new TiersFixture(HEAP_ROW, 2 * MIB, WhenFull.EVICT, Compression.NONE)) {
      int back = 0;
      for (int round = 0; round < ROUNDS; round++) {
        lieBelowTheHeap(f);
        Future<?> reads =
            reader.submit(
                () -> {
                  both.await();
                  f.read(1);
                  f.read(1);
                  return null;
                });
        both.await();
        removal.accept(f.tiers);
        reads.get();
        if (f.tiers.contains(key(1))) {
          back++;
          f.tiers.clear();
        }
      }
      assertEquals(0, back, "rows that came back, of " + ROUNDS);
    } finally {
      reader.shutdown();
    }
  }

  /** The row on the heap goes down for one that comes up. */
  @Test
  void aRowThatTakesAnothersPlaceDoesNotComeBack() throws Exception {
    removeWhatTakesAnothersPlace(ROUNDS / 3);
  }

  @Tag("nightly")
  @Test
  void aRowThatTakesAnothersPlaceDoesNotComeBackAtNight() throws Exception {
    removeWhatTakesAnothersPlace(3 * ROUNDS);
  }

  private static void removeWhatTakesAnothersPlace(int rounds) throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    CyclicBarrier both = new CyclicBarrier(2);
    int exchanged = 0;
    try (TiersFixture f = new TiersFixture(HEAP_ROW, 2 * MIB, WhenFull.EVICT, Compression.NONE)) {
      for (int round = 0; round < rounds; round++) {
        int down = 2 * round + 10;
        int up = down + 1;
        f.store(down);
        f.store(up);
        f.read(up);
        Future<?> reads =
            reader.submit(
                () -> {
                  both.await();
                  f.read(up);
                  f.read(up);
                  return null;
                });
        both.await();
        int removed = round % 2 == 0 ? up : down;
        f.tiers.remove(key(removed));
        reads.get();
        exchanged += f.tiers.tierOf(key(up)) == Tier.HEAP ? 1 : 0;
        assertFalse(f.tiers.contains(key(removed)), "in round " + round);
        assertTrue(f.tiers.contains(key(removed == up ? down : up)), "in round " + round);
        f.tiers.clear();
      }
      assertEquals(0, f.events.failures.size());
    } finally {
      reader.shutdown();
    }
    assertTrue(exchanged > 100, "rows moved up: " + exchanged);
  }

  /** The heap has room, and the row is off the heap. */
  private static void lieBelowTheHeap(TiersFixture f) {
    f.store(2);
    f.store(1);
    f.tiers.remove(key(2));
    assertEquals(Tier.OFF_HEAP, f.tiers.tierOf(key(1)));
    assertFalse(f.tiers.contains(key(2)));
    assertTrue(f.tiers.contains(key(1)));
  }
}
