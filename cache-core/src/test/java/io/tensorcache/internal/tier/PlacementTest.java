package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.stats.TierStats;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which row lives in which tier. */
class PlacementTest {
  private static void inOneTierEach(TiersFixture f, int stored) {
    long entries = f.use().stream().mapToLong(TierStats::entries).sum();
    assertEquals(entries, f.present(0, stored), f.use().toString());
  }

  @Test
  void evictingMovesTheRowsUsedLongestAgoOffHeap() {
    try (TiersFixture f = TiersFixture.recent(3L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 3; i++) {
        f.store(i);
      }
      assertEquals(Lookup.HEAP_HIT, f.read(0));
      for (int i = 3; i < 5; i++) {
        assertEquals(Tier.HEAP, f.store(i));
      }
      assertEquals(Lookup.HEAP_HIT, f.read(0), "used, so it stayed");
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(1));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(2));
      assertEquals(Lookup.HEAP_HIT, f.read(3));
      assertEquals(Lookup.HEAP_HIT, f.read(4));
      assertEquals(3, f.use(Tier.HEAP).entries());
      assertEquals(2, f.use(Tier.OFF_HEAP).entries());
      assertEquals(0, f.use(Tier.HEAP).evictions(), "they only moved");
      assertEquals(0, f.events.evictions.get());
    }
  }

  @Tag("slow")
  @Test
  void rowsGoDownAndThenOut() {
    try (TiersFixture f = TiersFixture.recent(10L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 2000; i++) {
        assertEquals(Tier.HEAP, f.store(i));
      }
      inOneTierEach(f, 2000);
      assertEquals(10, f.use(Tier.HEAP).entries());
      assertEquals(f.use(Tier.OFF_HEAP).evictions(), f.events.evictions.get());
      long entries = 10 + f.use(Tier.OFF_HEAP).entries();
      assertEquals(2000 - entries, f.events.evictions.get());
      assertEquals(0, f.events.failures.size());
      f.tiers.clear();
      for (TierStats use : f.use()) {
        assertEquals(0, use.entries());
        assertEquals(0, use.bytes().bytes());
      }
    }
  }

  @Test
  void aRowTooLargeForTheHeapGoesOffHeapAndMovesNothing() {
    try (TiersFixture f = TiersFixture.evicting(3L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 3; i++) {
        f.store(i);
      }
      assertEquals(Tier.OFF_HEAP, f.store(9, 100_000));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(9, 100_000));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(9, 100_000));
      assertEquals(3, f.use(Tier.HEAP).entries());
      assertNull(f.store(10, 600_000), "too large for both");
      assertEquals(0, f.events.evictions.get());
    }
  }

  @Test
  void aRowTooLargeToMoveDownIsDropped() {
    try (TiersFixture f = TiersFixture.recent(700_000, MIB)) {
      assertEquals(Tier.HEAP, f.store(0, 600_000));
      assertEquals(Tier.HEAP, f.store(1, 600_000));
      assertEquals(Lookup.MISS, f.read(0, 600_000));
      assertEquals(1, f.use(Tier.HEAP).evictions());
      assertEquals(java.util.Set.of(key(0)), f.events.evicted.keySet());
    }
  }

  @Test
  void keepFirstFillsTheHeapThenOffHeapThenNothing() {
    try (TiersFixture f = TiersFixture.keeping(3L * HEAP_ROW, MIB)) {
      Tier last = Tier.HEAP;
      int admitted = 0;
      for (int i = 0; i < 1000; i++) {
        Tier tier = f.store(i);
        assertEquals(i < 3, tier == Tier.HEAP, "row " + i);
        assertTrue(last != null || tier == null, "admitted after a refusal: row " + i);
        admitted += tier == null ? 0 : 1;
        last = tier;
      }
      assertNull(last);
      assertEquals(admitted, f.present(0, admitted));
      inOneTierEach(f, 1000);
      assertEquals(0, f.events.evictions.get());
    }
  }

  @Test
  void aSecondHitMovesARowUpWhenThereIsRoom() {
    try (TiersFixture f = TiersFixture.recent(3L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 5; i++) {
        f.store(i);
      }
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0), "no room: stays");
      f.tiers.remove(key(3));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0), "the second hit with room moves it");
      assertEquals(Lookup.HEAP_HIT, f.read(0));
      assertEquals(3, f.use(Tier.HEAP).entries());
      assertEquals(1, f.use(Tier.OFF_HEAP).entries());
      inOneTierEach(f, 5);
    }
  }

  @Test
  void storingARowThatIsThereChangesNothing() {
    try (TiersFixture f = TiersFixture.recent(2L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 4; i++) {
        f.store(i);
      }
      List<TierStats> before = f.use();
      assertEquals(Tier.OFF_HEAP, f.store(0));
      assertEquals(Tier.HEAP, f.store(3));
      assertEquals(before, f.use());
    }
  }

  @Test
  void removesFromWhateverTierTheRowIsIn() {
    try (TiersFixture f = TiersFixture.evicting(2L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 4; i++) {
        f.store(i);
      }
      for (int i = 0; i < 4; i++) {
        f.tiers.remove(key(i));
        assertEquals(3 - i, f.present(0, 4));
      }
      for (TierStats use : f.use()) {
        assertEquals(0, use.entries());
        assertEquals(0, use.bytes().bytes());
      }
    }
  }

  @Test
  void withoutTiersNothingIsAdmitted() {
    try (TiersFixture f = TiersFixture.evicting(0, 0)) {
      assertNull(f.store(1));
      assertEquals(Lookup.MISS, f.read(1));
      assertNull(f.tiers.schema(key(1)));
      assertNull(f.tiers.row(key(1)));
      f.tiers.remove(key(1));
      f.tiers.clear();
      assertEquals(List.of(), f.use());
      assertEquals(0, f.events.failures.size());
    }
  }

  @Test
  void severalInstancesDoNotInterfere() {
    try (TiersFixture a = TiersFixture.evicting(2L * HEAP_ROW, MIB)) {
      for (int i = 0; i < 4; i++) {
        a.store(i);
      }
      try (TiersFixture b = TiersFixture.evicting(2L * HEAP_ROW, MIB)) {
        assertEquals(0, b.present(0, 4));
        b.store(9);
      }
      assertEquals(4, a.present(0, 4), "after the other one was closed");
      assertEquals(Lookup.MISS, a.read(9));
    }
  }

  @Test
  void isClosedForGood() {
    TiersFixture f = TiersFixture.evicting(2L * HEAP_ROW, MIB);
    f.store(1);
    f.close();
    f.close();
    assertThrows(IllegalStateException.class, () -> f.store(1));
    assertThrows(IllegalStateException.class, () -> f.read(1));
    assertThrows(IllegalStateException.class, () -> f.tiers.row(key(1)));
    assertThrows(IllegalStateException.class, () -> f.tiers.schema(key(1)));
    assertThrows(IllegalStateException.class, () -> f.tiers.contains(key(1)));
    assertThrows(IllegalStateException.class, () -> f.tiers.remove(key(1)));
    assertThrows(IllegalStateException.class, f.tiers::clear);
    assertEquals(0, f.events.failures.size());
  }
}
