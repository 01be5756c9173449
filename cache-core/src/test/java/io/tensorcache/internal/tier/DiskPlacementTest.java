package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.stats.TierStats;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which row lives in which tier when there is a disk below the memory. */
class DiskPlacementTest {
  @TempDir Path directory;

  @Tag("slow")
  @Test
  void evictingMovesRowsDownTierAfterTier() {
    try (TiersFixture f = onDisk(10L * HEAP_ROW, MIB, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 2000; i++) {
        assertEquals(Tier.HEAP, f.store(i));
      }
      assertEquals(10, f.use(Tier.HEAP).entries());
      assertTrue(f.use(Tier.OFF_HEAP).entries() > 400, f.use().toString());
      assertEquals(0, f.events.evictions.get(), "nothing is lost");
      assertEquals(2000, f.use().stream().mapToLong(TierStats::entries).sum());
      assertEquals(2000, f.present(0, 2000));
      assertEquals(Lookup.DISK_HIT, f.read(0), "the oldest");
      assertEquals(0, f.events.failures.size());
      f.tiers.clear();
      assertEquals(0, f.present(0, 2000));
      for (TierStats use : f.use()) {
        assertEquals(0, use.bytes().bytes());
      }
    }
  }

  @Tag("slow")
  @Test
  void whatIsReadStaysOffTheHeapAndWhatIsNotMoves() {
    try (TiersFixture f = onDisk(0, MIB, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 3000; i++) {
        assertEquals(Tier.OFF_HEAP, f.store(i));
        if (i >= 20 && i % 50 == 0) {
          for (int number = 0; number < 20; number++) {
            assertEquals(Lookup.OFF_HEAP_HIT, f.read(number), "row " + number + " after " + i);
          }
        }
      }
      assertEquals(Lookup.DISK_HIT, f.read(30));
      assertEquals(0, f.events.evictions.get());
      assertEquals(3000, f.present(0, 3000));
    }
  }

  @Test
  void rowsThatAreKeptElsewhereAreNotWrittenAgain() {
    try (TiersFixture f = onDisk(2L * HEAP_ROW, MIB, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 2000; i += 2) {
        f.events.elsewhere.add(key(i));
      }
      for (int i = 0; i < 2000; i++) {
        f.store(i);
      }
      long inMemory = f.use(Tier.HEAP).entries() + f.use(Tier.OFF_HEAP).entries();
      long onDisk = f.use(Tier.DISK).entries();
      assertTrue(onDisk > 500, f.use().toString());
      for (int i = 0; i < 2000; i++) {
        Lookup found = f.read(i);
        assertTrue(found != Lookup.DISK_HIT || i % 2 == 1, "row " + i);
        assertTrue(found.isHit() || i % 2 == 0, "row " + i);
      }
      assertEquals(2000 - inMemory - onDisk, f.events.evictions.get());
      f.events.elsewhere.add(key(9000));
      assertNull(f.store(9000, MIB / 2 + 100), "larger than the memory, and kept elsewhere");
      assertEquals(Tier.DISK, f.store(9001, MIB / 2 + 100));
    }
  }

  @Tag("slow")
  @Test
  void keepFirstFillsTierAfterTier() {
    try (TiersFixture f = onDisk(5L * HEAP_ROW, MIB, directory, WhenFull.KEEP_FIRST)) {
      int[] counts = new int[Tier.values().length];
      Tier last = Tier.HEAP;
      for (int i = 0; i < 6000; i++) {
        Tier tier = f.store(i);
        assertTrue(tier == null || last != null && tier.compareTo(last) >= 0, "row " + i);
        if (tier != null) {
          counts[tier.ordinal()]++;
        }
        last = tier;
      }
      assertNull(last, "full");
      assertEquals(5, counts[Tier.HEAP.ordinal()]);
      assertTrue(counts[Tier.OFF_HEAP.ordinal()] > 400 && counts[Tier.DISK.ordinal()] > 3500);
      assertEquals(0, f.events.evictions.get());
      assertEquals(f.use().stream().mapToLong(TierStats::entries).sum(), f.present(0, 6000));
    }
  }

  @Test
  void aSecondHitMovesARowUpWhereThereIsRoom() {
    try (TiersFixture f = onDisk(3L * HEAP_ROW, MIB, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 1000; i++) {
        f.store(i);
      }
      for (int i = 0; i < 4; i++) {
        assertEquals(Lookup.DISK_HIT, f.read(0), "no room above");
      }
      for (int number = 600; number < 620; number++) {
        f.tiers.remove(key(number)); // off-heap
      }
      assertEquals(Lookup.DISK_HIT, f.read(0));
      assertEquals(Lookup.DISK_HIT, f.read(0), "the second hit with room moves it");
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0));
      f.tiers.remove(key(999)); // heap
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(0));
      assertEquals(Lookup.HEAP_HIT, f.read(0));
      assertEquals(979, f.use().stream().mapToLong(TierStats::entries).sum());
      assertEquals(979, f.present(0, 1000));
    }
  }

  @Test
  void rowsGoWhereTheyFit() {
    try (TiersFixture f = onDisk(3L * HEAP_ROW, MIB, directory, WhenFull.EVICT)) {
      assertEquals(Tier.HEAP, f.store(1));
      assertEquals(Tier.OFF_HEAP, f.store(2, 400_000));
      assertEquals(Tier.DISK, f.store(3, 900_000));
      assertNull(f.store(4, 2_000_000));
      assertEquals(Lookup.DISK_HIT, f.read(3, 900_000));
      assertEquals(1, f.use(Tier.DISK).entries());
      assertEquals(MIB, f.use(Tier.DISK).bytes().bytes(), "a power of two");
    }
  }
}
