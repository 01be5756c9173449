package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static io.tensorcache.internal.tier.TiersFixture.tierStats;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The heap tier alone. */
class HeapTierTest {
  @Test
  void servesWhatWasStoredByReference() {
    try (TiersFixture f = TiersFixture.evicting(10L * HEAP_ROW, 0)) {
      Row row = row(1);
      assertEquals(Tier.HEAP, f.tiers.store(key(1), row));
      assertEquals(Lookup.HEAP_HIT, f.read(1));
      assertSame(row, f.tiers.row(key(1)));
      assertEquals(row.schema(), f.tiers.schema(key(1)));
      assertTrue(f.tiers.contains(key(1)));
      assertEquals(Lookup.MISS, f.read(2));
      assertNull(f.tiers.row(key(2)));
      assertNull(f.tiers.schema(key(2)));
      assertFalse(f.tiers.contains(key(2)));
    }
  }

  @Test
  void countsARowOnceHoweverOftenItIsStored() {
    try (TiersFixture f = TiersFixture.evicting(10L * HEAP_ROW, 0)) {
      for (int i = 0; i < 5; i++) {
        assertEquals(Tier.HEAP, f.store(1));
      }
      assertEquals(tierStats(Tier.HEAP, 1, HEAP_ROW, 10L * HEAP_ROW, 0), f.use(Tier.HEAP));
    }
  }

  @Test
  void dropsTheRowsUsedLongestAgoAndTellsWhich() {
    try (TiersFixture f = TiersFixture.recent(4L * HEAP_ROW, 0)) {
      for (int i = 0; i < 4; i++) {
        f.store(i);
      }
      assertEquals(Lookup.HEAP_HIT, f.read(0));
      assertEquals(Lookup.HEAP_HIT, f.read(2));
      f.store(4);
      f.store(5);
      assertEquals(List.of(true, false, true, false, true, true), contains(f, 6));
      assertEquals(java.util.Set.of(key(1), key(3)), f.events.evicted.keySet());
      assertEquals(1, f.events.evicted.get(key(1)), "the group of the row");
      assertEquals(tierStats(Tier.HEAP, 4, 4L * HEAP_ROW, 4L * HEAP_ROW, 2), f.use(Tier.HEAP));
    }
  }

  private static List<Boolean> contains(TiersFixture f, int count) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> f.tiers.contains(key(i)))
        .toList();
  }

  @Test
  void looksAreNotUses() {
    try (TiersFixture f = TiersFixture.recent(2L * HEAP_ROW, 0)) {
      f.store(0);
      f.store(1);
      assertTrue(f.tiers.contains(key(0)));
      f.store(2);
      assertFalse(f.tiers.contains(key(0)));
    }
  }

  @Test
  void dropsSeveralSmallRowsForOneLarge() {
    try (TiersFixture f = TiersFixture.recent(10L * HEAP_ROW, 0)) {
      for (int i = 0; i < 10; i++) {
        f.store(i);
      }
      assertEquals(Tier.HEAP, f.store(50, 3 * HEAP_ROW - HeapEntry.OVERHEAD_BYTES));
      assertEquals(8, f.use(Tier.HEAP).entries());
      assertEquals(10L * HEAP_ROW, f.use(Tier.HEAP).bytes().bytes());
      assertEquals(3, f.events.evictions.get());
    }
  }

  @Test
  void doesNotAdmitARowLargerThanTheTierAndDropsNothingForIt() {
    try (TiersFixture f = TiersFixture.recent(2L * HEAP_ROW, 0)) {
      f.store(0);
      f.store(1);
      assertNull(f.store(2, 3 * HEAP_ROW));
      assertNull(f.store(3, 2 * HEAP_ROW - HeapEntry.OVERHEAD_BYTES + 1));
      assertEquals(2, f.present(0, 2));
      assertEquals(0, f.events.evictions.get());
      assertEquals(Tier.HEAP, f.store(4, 2 * HEAP_ROW - HeapEntry.OVERHEAD_BYTES));
    }
  }

  @Test
  void keepFirstKeepsTheFirst() {
    try (TiersFixture f = TiersFixture.keeping(3L * HEAP_ROW, 0)) {
      for (int i = 0; i < 10; i++) {
        assertEquals(i < 3 ? Tier.HEAP : null, f.store(i));
      }
      assertEquals(3, f.present(0, 3));
      assertEquals(0, f.present(3, 10));
      assertEquals(tierStats(Tier.HEAP, 3, 3L * HEAP_ROW, 3L * HEAP_ROW, 0), f.use(Tier.HEAP));
      f.tiers.remove(key(1));
      assertEquals(Tier.HEAP, f.store(7), "room again");
    }
  }

  @Test
  void removeAndClearGiveEveryByteBack() {
    try (TiersFixture f = TiersFixture.evicting(10L * HEAP_ROW, 0)) {
      for (int i = 0; i < 8; i++) {
        f.store(i);
      }
      f.tiers.remove(key(3));
      f.tiers.remove(key(3));
      f.tiers.remove(key(99));
      assertEquals(7L * HEAP_ROW, f.use(Tier.HEAP).bytes().bytes());
      assertEquals(7, f.use(Tier.HEAP).entries());
      f.tiers.clear();
      assertEquals(tierStats(Tier.HEAP, 0, 0, 10L * HEAP_ROW, 0), f.use(Tier.HEAP));
      assertEquals(0, f.present(0, 8));
      assertEquals(0, f.events.evictions.get(), "neither is an eviction");
      f.store(3);
      assertEquals(Lookup.HEAP_HIT, f.read(3));
    }
  }

  @Test
  void aClosedTierHoldsNoRow() {
    TiersFixture f = TiersFixture.evicting(TiersFixture.MIB, 2L * TiersFixture.MIB);
    for (int i = 0; i < 1000; i++) {
      f.store(i);
    }
    Row row = row(1000);
    WeakReference<Row> held = new WeakReference<>(row);
    f.tiers.store(key(1000), row);
    row = null;
    f.tiers.close();
    for (TierStats use : f.use()) {
      assertEquals(0, use.entries());
      assertEquals(0, use.bytes().bytes());
    }
    for (int attempt = 0; attempt < 100 && held.get() != null; attempt++) {
      System.gc();
    }
    assertNull(held.get(), "the row is reachable from closed tiers");
    Reference.reachabilityFence(f);
  }

  @Test
  void rowsWithoutBytesAreBoundedToo() {
    try (TiersFixture f = TiersFixture.recent(100L * HeapEntry.OVERHEAD_BYTES, 0)) {
      for (int i = 0; i < 1000; i++) {
        assertEquals(Tier.HEAP, f.store(i, 0));
      }
      assertEquals(100, f.use(Tier.HEAP).entries());
      assertEquals(Lookup.HEAP_HIT, f.read(999, 0));
    }
  }

  @Test
  void saysWhenTheRowIsAnotherOneThanTheTargetExpects() {
    try (TiersFixture f = TiersFixture.evicting(10L * HEAP_ROW, 0)) {
      f.store(1);
      assertEquals(Lookup.OTHER_SCHEMA, f.read(1, 1999));
      RowSchema signed = RowSchema.of(TensorSpec.of(DType.INT8, TiersFixture.ROW_BYTES));
      Row row = f.tiers.row(key(1));
      assertNotNull(row);
      assertFalse(row.schema().equals(signed));
      assertEquals(Lookup.HEAP_HIT, f.read(1));
    }
  }
}
