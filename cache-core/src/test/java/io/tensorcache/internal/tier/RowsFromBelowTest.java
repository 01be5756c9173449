package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.ROW_BYTES;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that lie below the tiers, in a durable store, on their way into the memory. */
class RowsFromBelowTest {
  @TempDir Path directory;

  private static boolean add(TiersFixture f, int number) {
    return f.tiers.addIfRoom(key(number), row(number), f.tickets.ticket(key(number)));
  }

  @Test
  void isWantedTheSecondTimeWhereThereIsRoom() {
    try (TiersFixture f = TiersFixture.recent(2L * HEAP_ROW, 0)) {
      assertFalse(f.tiers.isWanted(key(1), ROW_BYTES, 0), "the first time");
      assertTrue(f.tiers.isWanted(key(1), ROW_BYTES, 0));
      f.store(2);
      f.store(3);
      for (int i = 0; i < 4; i++) {
        assertFalse(f.tiers.isWanted(key(1), ROW_BYTES, 0), "no room");
      }
    }
  }

  @Test
  void throughAGateItIsWantedWhereItIsAskedForMoreOften() {
    try (TiersFixture f = TiersFixture.evicting(2L * HEAP_ROW, 0)) {
      assertFalse(f.tiers.isWanted(key(1), ROW_BYTES, 0), "the first time");
      assertTrue(f.tiers.isWanted(key(1), ROW_BYTES, 0));
      f.store(2);
      f.store(3);
      assertFalse(f.tiers.isWanted(key(1), ROW_BYTES, 0), "no room");
      assertFalse(add(f, 1), "twice more is not enough");
      assertTrue(f.tiers.isWanted(key(1), ROW_BYTES, 0));
      assertTrue(add(f, 1));
      assertEquals(2, f.use(Tier.HEAP).entries());
      assertEquals(1, f.events.evictions.get());
      assertEquals(0, f.events.refused.size(), "it lies below");
      assertFalse(f.tiers.isWanted(key(9), 3 * HEAP_ROW, 0));
      assertFalse(f.tiers.isWanted(key(9), 3 * HEAP_ROW, 0), "too large");
    }
  }

  @Test
  void nothingIsWantedOfAClosedCache() {
    TiersFixture f = TiersFixture.evicting(2L * HEAP_ROW, 0);
    f.close();
    assertFalse(f.tiers.isWanted(key(1), ROW_BYTES, 0));
    assertFalse(f.tiers.isWanted(key(1), ROW_BYTES, 0));
    assertThrows(IllegalStateException.class, () -> add(f, 1));
  }

  @Test
  void isAddedOnceAndForNoOneElse() {
    try (TiersFixture f = TiersFixture.evicting(2L * HEAP_ROW, 0)) {
      assertTrue(add(f, 1));
      assertEquals(Lookup.HEAP_HIT, f.read(1));
      assertFalse(add(f, 1), "it was there");
      assertTrue(add(f, 2));
      assertFalse(add(f, 3), "another one would have to go");
      assertEquals(2, f.use(Tier.HEAP).entries());
      assertEquals(0, f.events.evictions.get());
    }
  }

  @Test
  void goesOffTheHeapWhereThatIsFull() {
    try (TiersFixture f = TiersFixture.evicting(HEAP_ROW, MIB)) {
      f.store(1);
      assertTrue(add(f, 2));
      assertEquals(Tier.OFF_HEAP, f.tiers.tierOf(key(2)));
      assertEquals(Lookup.OFF_HEAP_HIT, f.read(2));
    }
  }

  /** It lies on a disk already. */
  @Test
  void neverGoesToTheDisk() {
    try (TiersFixture f = onDisk(HEAP_ROW, 0, directory, WhenFull.EVICT)) {
      f.store(1);
      assertFalse(f.tiers.isWanted(key(2), ROW_BYTES, 0));
      assertFalse(f.tiers.isWanted(key(2), ROW_BYTES, 0));
      assertFalse(add(f, 2));
      assertEquals(0, f.use(Tier.DISK).entries());
    }
  }

  @Test
  void whatWasRemovedSinceItWasReadDoesNotComeBack() {
    try (TiersFixture f = TiersFixture.evicting(HEAP_ROW, MIB)) {
      long ticket = f.tickets.ticket(key(1));
      f.tiers.remove(key(1));
      assertFalse(f.tiers.addIfRoom(key(1), row(1), ticket));
      assertNull(f.tiers.tierOf(key(1)));
      ticket = f.tickets.ticket(key(1));
      f.tiers.clear();
      assertFalse(f.tiers.addIfRoom(key(1), row(1), ticket));
      assertFalse(f.tiers.addIfRoom(key(1), row(1), MoveTickets.NONE), "under removal");
      assertEquals(Lookup.MISS, f.read(1));
      assertEquals(0, f.use(Tier.HEAP).bytes().bytes());
      assertTrue(add(f, 1));
    }
  }
}
