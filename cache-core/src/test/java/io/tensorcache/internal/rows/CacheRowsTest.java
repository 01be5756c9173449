package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.tier.MoveTickets;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of a cache and the tiers they lie in. */
class CacheRowsTest {
  private static final TensorKey KEY = OpenRows.key(1);
  private static final TensorKey OTHER = OpenRows.key(2);

  @TempDir Path directory;

  private static RowTarget target(int byteCount) {
    return SampleRows.target(SampleRows.ofBytes(1, byteCount).schema(), 1, false);
  }

  private static List<Tier> tiers(List<TierStats> stats) {
    return stats.stream().map(TierStats::tier).toList();
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  @Test
  void aRowOfATierIsReadAndRemoved() {
    try (OpenRows open = OpenRows.inMemory(2)) {
      CacheTiers tiers = open.rows.tiers();
      assertNull(tiers.deviceTier());
      assertFalse(tiers.hasDisk());
      assertEquals(List.of(), tiers.devices());
      assertNull(tiers.row(KEY));
      assertNull(tiers.schema(KEY));
      assertEquals(Lookup.MISS, tiers.read(KEY, target(OpenRows.ROW_BYTES)));
      assertTrue(tiers.store(KEY, open.row(1)));
      assertTrue(tiers.contains(KEY));
      assertEquals(Tier.HEAP, tiers.tierOf(KEY));
      assertEquals(open.row(1).schema(), tiers.schema(KEY));
      assertEquals(Lookup.HEAP_HIT, tiers.read(KEY, target(OpenRows.ROW_BYTES)));
      assertEquals(Lookup.OTHER_SCHEMA, tiers.read(KEY, target(7)));
      tiers.remove(KEY);
      assertFalse(tiers.contains(KEY));
      assertTrue(tiers.store(KEY, open.row(1)));
      tiers.removeEverywhere(KEY);
      assertFalse(tiers.contains(KEY));
    }
  }

  @Test
  void aRowComesInAddedIfThereIsRoom() {
    try (OpenRows open = OpenRows.inMemory(1)) {
      CacheTiers tiers = open.rows.tiers();
      assertFalse(tiers.isWanted(KEY, OpenRows.ROW_BYTES, 0));
      assertTrue(tiers.isWanted(KEY, OpenRows.ROW_BYTES, 0), "at the second time");
      MoveTickets tickets = tiers.tickets();
      long removed = tickets.ticket(KEY);
      tiers.removeEverywhere(KEY);
      assertFalse(tiers.addIfRoom(KEY, open.row(1), removed), "removed since it was read");
      assertTrue(tiers.addIfRoom(KEY, open.row(1), tickets.ticket(KEY)));
      assertFalse(tiers.addIfRoom(OTHER, open.row(2), tickets.ticket(OTHER)));
      assertEquals(List.of(), open.evicted);
    }
  }

  @Test
  @SuppressWarnings("try") // closed early
  void closedTiersAreEmptyAndFull() {
    try (OpenRows open = OpenRows.inMemory(2)) {
      CacheTiers tiers = open.rows.tiers();
      tiers.store(KEY, open.row(1));
      open.close();
      assertFalse(tiers.contains(KEY));
      assertFalse(tiers.store(OTHER, open.row(2)));
      assertFalse(tiers.isWanted(OTHER, 1, 0));
      assertFalse(tiers.addIfRoom(OTHER, open.row(2), tiers.tickets().ticket(OTHER)));
      assertNull(tiers.row(KEY));
      assertNull(tiers.schema(KEY));
      assertNull(tiers.tierOf(KEY));
      assertEquals(Lookup.MISS, tiers.read(KEY, target(OpenRows.ROW_BYTES)));
      tiers.remove(KEY);
      ByteSize some = ByteSize.ofMiB(1);
      assertThrows(IllegalStateException.class, () -> tiers.trimDevice(some));
      assertThrows(IllegalStateException.class, () -> tiers.moveTo(0));
    }
  }

  @Test
  void saysThatThereIsNoDeviceTier() {
    try (OpenRows open = OpenRows.inMemory(2)) {
      String message =
          assertThrows(IllegalStateException.class, () -> open.rows.tiers().moveTo(0)).getMessage();
      assertEquals("cache \"c\" has no device tier: add device(...) to its builder", message);
      open.rows.tiers().trimDevice(ByteSize.ofMiB(1));
      assertEquals(List.of(), open.failures);
    }
  }

  @Test
  void countsEachTierAndTheStore() {
    try (OpenRows open = OpenRows.persisting(3, directory)) {
      open.rows.places(true).store(KEY, open.row(1), open.group);
      assertTrue(open.rows.flush());
      List<TierStats> stats = open.rows.stats(Map.of(Tier.HEAP, 4L, Tier.DURABLE, 9L));
      assertEquals(List.of(Tier.HEAP, Tier.DURABLE), tiers(stats));
      assertEquals(4, stats.get(0).hits());
      assertEquals(1, stats.get(0).entries());
      assertEquals(ByteSize.ofBytes(3L * OpenRows.HEAP_ROW), stats.get(0).limit());
      assertEquals(9, stats.get(1).hits());
      assertEquals(0, open.rows.stats(Map.of()).get(1).hits());
    }
    try (OpenRows open = OpenRows.inMemory(3)) {
      assertEquals(List.of(Tier.HEAP), tiers(open.rows.stats(Map.of())));
      assertTrue(open.rows.flush(), "nothing is to be written");
    }
  }

  @Test
  void resetDropsWhatIsInMemoryOnlyAndClearDropsAll() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      RowPlaces places = open.rows.places(true);
      places.store(KEY, open.row(1), open.group);
      places.store(OTHER, open.row(2), open.group);
      assertTrue(open.rows.wasRefused(OTHER), "by the heap");
      open.rows.reset();
      assertEquals(-1, open.rows.evictionsSince(OTHER));
      assertFalse(places.tiers().contains(OTHER));
      assertEquals(0, open.group.rows());
      assertTrue(places.contains(KEY) && places.contains(OTHER));
      open.rows.clear();
      assertFalse(places.contains(KEY) || places.contains(OTHER));
    }
  }

  @Test
  void resetForgetsHowOldRowsWere() {
    StoreConfig store = SampleConfig.store(directory, Duration.ofHours(1));
    try (OpenRows open = new OpenRows(OpenRows.config(1, OpenRows.NONE, null, store))) {
      RowPlaces places = open.rows.places(true);
      places.enters(KEY);
      open.now.addAndGet(3_000_000);
      open.rows.reset();
      places.store(KEY, open.row(1), open.group);
      open.now.addAndGet(3_000_000);
      places.dropOld(List.of(KEY), open.group);
      assertTrue(places.tiers().contains(KEY));
    }
  }

  @Test
  void onlyRowsInTheStoreAreKeptElsewhere() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      assertFalse(open.rows.isKeptElsewhere(KEY));
      open.rows.places(true).store(KEY, open.row(1), open.group);
      assertTrue(open.rows.isKeptElsewhere(KEY));
    }
    try (OpenRows open = OpenRows.inMemory(1)) {
      open.rows.places(false).store(KEY, open.row(1), open.group);
      assertFalse(open.rows.isKeptElsewhere(KEY));
    }
  }

  @Test
  void tellsWhatFailsInATier() {
    try (OpenRows open = OpenRows.inMemory(1)) {
      StorageException failure = new StorageException("a row is gone", null);
      open.rows.failed(failure);
      assertEquals(List.of(failure), open.failures);
    }
  }

  @Test
  @SuppressWarnings("try") // closed early
  void closingEndsTheTiersAndTheDirectoryOfTheDisk() throws IOException {
    try (OpenRows open = OpenRows.onDisk(1, directory)) {
      CacheTiers tiers = open.rows.tiers();
      assertTrue(tiers.hasDisk());
      assertEquals(2, left().size(), "a directory and its lock");
      tiers.store(KEY, open.row(1));
      tiers.store(OTHER, open.row(2));
      assertEquals(Tier.DISK, tiers.tierOf(OTHER));
      open.rows.evicted(KEY, open.group.number());
      open.close();
      assertEquals(List.of(), left());
      assertEquals(-1, open.rows.evictionsSince(KEY));
      assertEquals(List.of(), open.failures);
      String tier = open.rows.stats(Map.of()).get(1).tier().toString();
      assertEquals("DISK", tier, "of a closed cache too");
    }
  }

  @Test
  void whatCannotOpenLeavesNothing() throws IOException {
    ByteSize tooSmall = ByteSize.ofKiB(1);
    var config = OpenRows.config(1, tooSmall, directory, null);
    assertThrows(RuntimeException.class, () -> new OpenRows(config).close());
    assertEquals(List.of(), left());
    Path file = Files.write(directory.resolve("file"), new byte[1]);
    var refused = OpenRows.config(1, ByteSize.ofMiB(16), directory, SampleConfig.store(file, null));
    assertThrows(StorageException.class, () -> new OpenRows(refused).close());
    assertEquals(List.of(file), left());
  }
}
