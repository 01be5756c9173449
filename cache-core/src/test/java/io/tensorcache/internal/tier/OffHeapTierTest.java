package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.ROW_BYTES;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static io.tensorcache.internal.tier.TiersFixture.tierStats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The off-heap tier alone. */
class OffHeapTierTest {
  private static final int ENTRY_BYTES =
      ROW_BYTES + EntryFormatV1.headerBytes(TiersFixture.schema(ROW_BYTES));

  @Test
  void servesWhatWasStored() {
    try (TiersFixture f = TiersFixture.evicting(0, MIB)) {
      assertEquals(Tier.OFF_HEAP, f.store(1));
      assertEquals(Tier.OFF_HEAP, f.store(1));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(1));
      assertEquals(row(1).schema(), f.tiers.schema(key(1)));
      Row copy = f.tiers.row(key(1));
      assertNotNull(copy);
      assertArrayEquals(row(1).payload(0), copy.payload(0));
      assertEquals(1, copy.group());
      assertEquals(tierStats(Tier.OFF_HEAP, 1, ENTRY_BYTES, MIB, 0), f.use(Tier.OFF_HEAP));
      assertEquals(Lookup.MISS, f.read(2));
      assertNull(f.tiers.row(key(2)));
      assertNull(f.tiers.schema(key(2)));
      assertEquals(Lookup.OTHER_SCHEMA, f.read(1, 1000));
      assertEquals(0, f.events.failures.size());
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void rowsOfSeveralPartsAndDtypesComeBack(Compression compression) {
    try (TiersFixture f = new TiersFixture(0, MIB, WhenFull.EVICT, compression)) {
      for (int i = 0; i < 50; i++) {
        Row row = SampleRows.several(new Random(i));
        f.tiers.store(key(i), row);
        ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
        RowTarget target = new RowTarget(row.schema(), buffers);
        assertEquals(Lookup.OFF_HEAP_HIT, f.tiers.read(key(i), target));
        for (int part = 0; part < buffers.length; part++) {
          byte[] expected = SampleRows.expectedBytes(row, part);
          assertArrayEquals(expected, SampleRows.bytesAt(buffers[part], 0, expected.length));
        }
      }
    }
  }

  /** Values that span Ehcache's pages arrive in a heap buffer instead of a direct one. */
  @ParameterizedTest
  @EnumSource(Compression.class)
  void rowsLargerThanAPageComeBack(Compression compression) {
    try (TiersFixture f = new TiersFixture(0, 16L * MIB, WhenFull.RECENT, compression)) {
      TensorSpec spec = TensorSpec.of(DType.INT32, MIB);
      byte[] bytes = new byte[4 * MIB];
      for (int i = 0; i < bytes.length; i += 4) {
        bytes[i] = (byte) (i >> 9);
      }
      Row row = Row.of(RowSchema.of(spec), 0, new byte[][] {bytes});
      assertEquals(Tier.OFF_HEAP, f.tiers.store(key(1), row));
      ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
      assertEquals(Lookup.OFF_HEAP_HIT, f.tiers.read(key(1), new RowTarget(row.schema(), buffers)));
      assertArrayEquals(bytes, SampleRows.bytesAt(buffers[0], 0, bytes.length));
      for (int i = 2; i < 20; i++) {
        assertEquals(Tier.OFF_HEAP, f.store(i, 700_000));
        assertEquals(Lookup.OFF_HEAP_HIT, f.read(i, 700_000));
      }
    }
  }

  @Test
  void evictsWhenFullAndTellsEachRowOnce() {
    try (TiersFixture f = TiersFixture.recent(0, MIB)) {
      int stored = 2000;
      for (int i = 0; i < stored; i++) {
        assertEquals(Tier.OFF_HEAP, f.store(i));
      }
      TierStats use = f.use(Tier.OFF_HEAP);
      int present = f.present(0, stored);
      assertEquals(present, use.entries());
      assertEquals(present * (long) ENTRY_BYTES, use.bytes().bytes());
      assertTrue(use.bytes().bytes() > 0.85 * MIB && use.bytes().bytes() < MIB, use.toString());
      assertEquals(stored - present, use.evictions());
      assertEquals(stored - present, f.events.evictions.get());
      for (int i = 0; i < stored; i++) {
        assertEquals(f.tiers.contains(key(i)), !f.events.evicted.containsKey(key(i)));
        assertEquals(i, f.events.evicted.getOrDefault(key(i), i), "the group of the row");
      }
      f.tiers.clear();
      assertEquals(0, f.use(Tier.OFF_HEAP).bytes().bytes());
      assertEquals(0, f.use(Tier.OFF_HEAP).entries());
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {100, 1000, 2100, 30_000, 100_100})
  void keepFirstStopsBeforeEhcacheEvicts(int byteCount) {
    for (long pool : new long[] {MIB, 5L * MIB, 16L * MIB}) {
      try (TiersFixture f = TiersFixture.keeping(0, pool)) {
        int admitted = 0;
        int asked = (int) (1.3 * pool / (byteCount + 230));
        for (int i = 0; i < asked; i++) {
          admitted += f.store(i, byteCount) == null ? 0 : 1;
        }
        String what = admitted + " of " + byteCount + " bytes in " + pool;
        assertTrue(admitted < asked, what);
        assertEquals(0, f.use(Tier.OFF_HEAP).evictions(), what);
        assertEquals(admitted, f.use(Tier.OFF_HEAP).entries(), what);
        double fill = admitted * (double) (byteCount + 230) / pool;
        assertTrue(fill > 0.85, what + ": " + fill);
        for (int i = 0; i < admitted; i++) {
          assertEquals(Lookup.OFF_HEAP_HIT, f.read(i, byteCount), what);
        }
      }
    }
  }

  @Test
  void keepFirstAdmitsAgainAfterRowsWereRemoved() {
    try (TiersFixture f = TiersFixture.keeping(0, MIB)) {
      int admitted = 0;
      while (f.store(admitted) != null) {
        admitted++;
      }
      for (int i = 0; i < 20; i++) {
        f.tiers.remove(key(i));
      }
      for (int i = 0; i < 20; i++) {
        assertEquals(Tier.OFF_HEAP, f.store(1000 + i));
      }
      assertNull(f.store(2000));
      assertEquals(admitted, f.use(Tier.OFF_HEAP).entries());
      assertEquals(0, f.use(Tier.OFF_HEAP).evictions());
      f.tiers.clear();
      for (int i = 0; i < admitted; i++) {
        assertEquals(Tier.OFF_HEAP, f.store(i));
      }
    }
  }

  @Test
  void keepFirstWithMixedSizesLosesAlmostNothing() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (TiersFixture f = TiersFixture.keeping(0, 8L * MIB)) {
      int admitted = 0;
      for (int i = 0; i < 4000; i++) {
        int size = (int) Math.exp(Math.log(100) + random.nextDouble() * Math.log(500));
        admitted += f.store(i, size) == null ? 0 : 1;
      }
      TierStats use = f.use(Tier.OFF_HEAP);
      assertEquals(admitted - use.evictions(), use.entries(), "seed " + seed);
      assertTrue(use.evictions() <= admitted / 50, "seed " + seed + ": " + use);
      assertEquals(use.evictions(), f.events.evictions.get(), "seed " + seed);
    }
  }

  @Test
  void takesEntriesUpToHalfThePoolAlsoWhenItIsFull() {
    try (TiersFixture f = TiersFixture.recent(0, 2L * MIB)) {
      for (int i = 0; i < 1200; i++) {
        f.store(i);
      }
      int head = ENTRY_BYTES - ROW_BYTES;
      assertNull(f.store(5000, MIB - head + 1));
      assertEquals(0, f.events.failures.size(), "not tried");
      int before = (int) f.use(Tier.OFF_HEAP).entries();
      assertTrue(before > 800, "nothing was dropped for it: " + before);
      assertEquals(Tier.OFF_HEAP, f.store(5001, MIB - head));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(5001, MIB - head));
    }
  }

  @Test
  void whatEhcacheRefusesIsReportedAndNotCounted() {
    try (TiersFixture f = TiersFixture.evicting(0, MIB)) {
      f.store(1);
      byte[] bytes = new byte[2 * MIB]; // past our own check, which would not try
      assertFalse(f.tiers.plant(key(2), 2, ByteBuffer.wrap(bytes)));
      assertFalse(f.tiers.contains(key(2)));
      assertNull(f.store(3, MIB), "our own check says no before Ehcache does");
      f.store(4);
      assertEquals(1, f.events.failures.size());
      String message = f.events.failures.get(0).getMessage();
      assertTrue(message.contains("off-heap tier failed to store " + key(2)), message);
      long present = f.present(0, 5);
      assertEquals(present, f.use(Tier.OFF_HEAP).entries());
      assertEquals(present * ENTRY_BYTES, f.use(Tier.OFF_HEAP).bytes().bytes());
    }
  }

  @Test
  void compressedRowsTakeLessOfThePool() {
    try (TiersFixture f = new TiersFixture(0, MIB, WhenFull.KEEP_FIRST, Compression.LZ4)) {
      RowSchema schema = TiersFixture.schema(100_000);
      Row zeros = Row.of(schema, 0, new byte[][] {new byte[100_000]});
      for (int i = 0; i < 100; i++) {
        assertEquals(Tier.OFF_HEAP, f.tiers.store(key(i), zeros), "10 MB of zeros in 1 MiB");
      }
      assertTrue(f.use(Tier.OFF_HEAP).bytes().bytes() < 100_000, f.use().toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20, 40, 70, 900, 2056})
  void aFlippedBitIsFoundDroppedAndReported(int at) {
    try (TiersFixture f = TiersFixture.evicting(0, MIB)) {
      f.store(2);
      ByteBuffer entry = EntryFormatV1.encode(key(1), row(1), Compression.NONE);
      entry.put(at, (byte) (entry.get(at) ^ 4));
      assertTrue(f.tiers.plant(key(1), 1, entry));
      assertEquals(2, f.use(Tier.OFF_HEAP).entries());
      assertEquals(Lookup.CORRUPT, f.read(1));
      assertEquals(1, f.events.failures.size());
      assertTrue(f.events.failures.get(0) instanceof CorruptEntryException);
      assertEquals(Lookup.MISS, f.read(1), "dropped");
      assertEquals(1, f.use(Tier.OFF_HEAP).entries());
      assertEquals(ENTRY_BYTES, f.use(Tier.OFF_HEAP).bytes().bytes());
      assertEquals(Tier.OFF_HEAP, f.store(1));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(1));
    }
  }

  @Test
  void whatAHelperFindsIsToldByTheCaller() {
    try (TiersFixture f = TiersFixture.evicting(0, MIB)) {
      ByteBuffer other = EntryFormatV1.encode(key(7), row(7), Compression.NONE);
      assertTrue(f.tiers.plant(key(1), 1, other));
      ByteBuffer[] buffers = {ByteBuffer.allocateDirect(ROW_BYTES)};
      RowTarget target = new RowTarget(TiersFixture.schema(ROW_BYTES), buffers);
      assertEquals(Lookup.CORRUPT, f.tiers.readUntold(key(1), target));
      assertEquals(List.of(), f.events.failures);
      f.tiers.tell();
      assertEquals(1, f.events.failures.size());
      f.tiers.close();
      assertThrows(IllegalStateException.class, () -> f.tiers.readUntold(key(1), target));
      assertThrows(IllegalStateException.class, f.tiers::tell);
    }
  }

  @Test
  void aDamagedEntryIsNoRowAndNoSchema() {
    try (TiersFixture f = TiersFixture.evicting(0, MIB)) {
      ByteBuffer other = EntryFormatV1.encode(key(7), row(7), Compression.NONE);
      assertTrue(f.tiers.plant(key(1), 1, other));
      assertNull(f.tiers.row(key(1)), "the entry of another key");
      assertTrue(f.tiers.plant(key(1), 1, ByteBuffer.allocate(3)));
      assertNull(f.tiers.schema(key(1)));
      assertEquals(2, f.events.failures.size());
      assertEquals(0, f.use(Tier.OFF_HEAP).bytes().bytes());
    }
  }

  @Test
  void refusesPoolsBelowTheMinimum() {
    IllegalArgumentException small =
        assertThrows(IllegalArgumentException.class, () -> TiersFixture.evicting(0, MIB - 1));
    assertTrue(small.getMessage().contains("at least 1 MiB"), small.getMessage());
  }

  @Test
  void refusesPoolsBeyondTheMemoryOfTheMachine() {
    ByteSize tooLarge = ByteSize.ofGiB(1 << 20);
    IllegalArgumentException large =
        assertThrows(
            IllegalArgumentException.class, () -> TiersFixture.evicting(0, tooLarge.bytes()));
    assertTrue(large.getMessage().contains(tooLarge.toString()), large.getMessage());
  }
}
