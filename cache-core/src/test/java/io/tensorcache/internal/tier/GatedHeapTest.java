package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which rows a full heap tier lets in that has no tier below. */
class GatedHeapTest {
  private static TiersFixture heap(int rows, WhenFull whenFull) {
    return new TiersFixture((long) rows * HEAP_ROW, 0, whenFull, Compression.NONE);
  }

  /** Asks for a row, and stores it where it is not there. True if it is there. */
  private static boolean ask(TiersFixture f, int number) {
    boolean isHit = f.read(number).isHit();
    if (!isHit) {
      f.store(number);
    }
    return isHit;
  }

  private static int hitsOfEpochs(TiersFixture f, int rows, int epochs) {
    int hits = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int number = 0; number < rows; number++) {
        hits += ask(f, number) ? 1 : 0;
      }
    }
    return hits;
  }

  @Test
  void epochsOverMoreThanFitAreServedWhatFits() {
    try (TiersFixture f = heap(100, WhenFull.EVICT)) {
      assertEquals(700, hitsOfEpochs(f, 110, 8));
      assertEquals(0, f.events.evictions.get());
      assertEquals(80, f.events.refused.size());
      assertEquals(key(100), f.events.refused.get(0));
      assertEquals(100, f.use(Tier.HEAP).entries());
    }
  }

  @Test
  void recentLetsAllInAndServesNothingOfThem() {
    try (TiersFixture f = heap(100, WhenFull.RECENT)) {
      assertEquals(0, hitsOfEpochs(f, 110, 8));
      assertEquals(List.of(), f.events.refused);
      assertEquals(780, f.events.evictions.get());
    }
  }

  @Test
  void aRowThatIsAskedForMoreOftenGetsIn() {
    try (TiersFixture f = heap(2, WhenFull.EVICT)) {
      f.store(0);
      f.store(1);
      f.read(1);
      for (int i = 0; i < 3; i++) {
        assertNull(f.store(9), "asked for " + (i + 1) + " times");
      }
      assertEquals(List.of(key(9), key(9), key(9)), f.events.refused);
      assertEquals(Tier.HEAP, f.store(9), "by three more than row 0");
      assertEquals(Lookup.MISS, f.read(0));
      assertEquals(Lookup.HEAP_HIT, f.read(1));
      assertEquals(Lookup.HEAP_HIT, f.read(9));
      assertEquals(1, f.events.evictions.get());
    }
  }

  @Test
  void lookingAtARowIsNotAskingForIt() {
    try (TiersFixture f = heap(1, WhenFull.EVICT)) {
      f.store(0);
      for (int i = 0; i < 20; i++) {
        f.tiers.schema(key(0));
        f.tiers.contains(key(0));
        f.store(0);
      }
      for (int i = 0; i < 3; i++) {
        f.store(9);
      }
      assertEquals(Tier.HEAP, f.store(9), "row 0 was asked for once");
    }
  }

  @Test
  void whatAScopeStoresAlwaysEnters() {
    try (TiersFixture f = heap(2, WhenFull.EVICT)) {
      for (int number = 0; number < 6; number++) {
        Row row = row(number).from(row(number).schema(), -1);
        assertEquals(Tier.HEAP, f.tiers.store(key(number), row));
      }
      assertEquals(4, f.events.evictions.get());
      assertEquals(List.of(), f.events.refused);
    }
  }

  @Test
  void aRowTooLargeForTheTierIsNotRefused() {
    try (TiersFixture f = heap(2, WhenFull.EVICT)) {
      assertNull(f.store(0, 3 * HEAP_ROW));
      assertEquals(List.of(), f.events.refused);
    }
  }

  @Test
  void aRemovedRowLeavesRoom() {
    try (TiersFixture f = heap(3, WhenFull.EVICT)) {
      hitsOfEpochs(f, 4, 5);
      f.tiers.remove(key(1));
      assertEquals(Tier.HEAP, f.store(3));
      f.tiers.clear();
      assertEquals(3, hitsOfEpochs(f, 3, 2));
    }
  }

  @Test
  void rowsWithoutBytesAreBoundedToo() {
    try (TiersFixture f = new TiersFixture(2_560, 0, WhenFull.EVICT, Compression.NONE)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        for (int number = 0; number < 20; number++) {
          boolean isHit = f.read(number, 0).isHit();
          assertEquals(epoch > 0 && number < 10, isHit);
          if (!isHit) {
            f.store(number, 0);
          }
        }
      }
      assertEquals(2_560, f.use(Tier.HEAP).bytes().bytes());
    }
  }

  @Test
  void aChangingSetOfRowsIsFollowed() {
    try (TiersFixture f = heap(50, WhenFull.EVICT)) {
      for (int set = 0; set < 6; set++) {
        int hits = 0;
        for (int i = 0; i < 40 * 30; i++) {
          hits += ask(f, set * 100 + i % 40) ? 1 : 0;
        }
        assertTrue(hits > 40 * 25, "of set " + set + ": " + hits);
      }
    }
  }
}
