package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.ROW_BYTES;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static io.tensorcache.internal.tier.TiersFixture.tierStats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.stats.TierStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The disk tier alone: the guarantees of the off-heap tier, and what Ehcache's file adds to them.
 */
class DiskTierTest {
  private static final int POOL = 16 * MIB;

  @TempDir Path directory;

  private Path file() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(".data")).findFirst().orElseThrow();
    }
  }

  @Test
  void servesWhatWasStored() {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      assertEquals(Tier.DISK, f.store(1));
      assertEquals(Tier.DISK, f.store(1));
      assertEquals(Lookup.DISK_HIT, f.read(1));
      assertEquals(row(1).schema(), f.tiers.schema(key(1)));
      Row copy = f.tiers.row(key(1));
      assertNotNull(copy);
      assertArrayEquals(row(1).payload(0), copy.payload(0));
      assertEquals(1, copy.group());
      assertEquals(tierStats(Tier.DISK, 1, 4096, POOL, 0), f.use(Tier.DISK));
      assertEquals(Lookup.MISS, f.read(2));
      assertNull(f.tiers.row(key(2)));
      assertEquals(Lookup.OTHER_SCHEMA, f.read(1, 1000));
      f.tiers.remove(key(1));
      assertEquals(Lookup.MISS, f.read(1));
      assertEquals(tierStats(Tier.DISK, 0, 0, POOL, 0), f.use(Tier.DISK));
      assertEquals(0, f.events.failures.size());
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void rowsOfSeveralPartsAndDtypesComeBack(Compression compression) {
    try (TiersFixture f = new TiersFixture(0, 0, POOL, directory, WhenFull.EVICT, compression)) {
      for (int i = 0; i < 50; i++) {
        Row row = SampleRows.several(new Random(i));
        f.tiers.store(key(i), row);
        ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
        assertEquals(Lookup.DISK_HIT, f.tiers.read(key(i), new RowTarget(row.schema(), buffers)));
        for (int part = 0; part < buffers.length; part++) {
          byte[] expected = SampleRows.expectedBytes(row, part);
          assertArrayEquals(expected, SampleRows.bytesAt(buffers[part], 0, expected.length));
        }
      }
    }
  }

  @Tag("slow")
  @Test
  void evictsWhenFullAndTellsEachRowOnce() {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.RECENT)) {
      int stored = 6000;
      for (int i = 0; i < stored; i++) {
        assertEquals(Tier.DISK, f.store(i));
      }
      TierStats use = f.use(Tier.DISK);
      int present = f.present(0, stored);
      assertEquals(present, use.entries());
      assertEquals(present * 4096L, use.bytes().bytes());
      assertTrue(use.bytes().bytes() > 0.85 * POOL && use.bytes().bytes() <= POOL, use.toString());
      assertEquals(stored - present, use.evictions());
      assertEquals(stored - present, f.events.evictions.get());
      f.tiers.clear();
      assertEquals(0, f.use(Tier.DISK).bytes().bytes());
      assertEquals(0, f.events.failures.size());
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {700, 2000, 30_000, 100_100, 602_200})
  void keepFirstStopsBeforeEhcacheEvicts(int byteCount) {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.KEEP_FIRST)) {
      int admitted = 0;
      int asked = (int) (1.3 * POOL / (byteCount + 200));
      for (int i = 0; i < asked; i++) {
        admitted += f.store(i, byteCount) == null ? 0 : 1;
      }
      TierStats use = f.use(Tier.DISK);
      assertTrue(admitted < asked, "full");
      assertEquals(0, use.evictions(), use.toString());
      assertEquals(admitted, use.entries());
      assertTrue(use.bytes().bytes() > 0.85 * POOL, use.toString());
      for (int i = 0; i < admitted; i++) {
        assertEquals(Lookup.DISK_HIT, f.read(i, byteCount));
      }
    }
  }

  /** Ehcache would drop it with a line in its log, and others before it. */
  @Test
  void aRowThatEhcacheMightDropIsNotTried() {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      for (int i = 0; i < 6000; i++) {
        f.store(i, 600);
      }
      long before = f.use(Tier.DISK).entries();
      assertNull(f.store(9000, POOL / 16));
      assertEquals(before, f.use(Tier.DISK).entries());
      assertEquals(0, f.events.failures.size());
    }
  }

  /** Of what Ehcache drops all the same, nothing stays uncounted. */
  @Tag("slow")
  @Test
  void rowsOfAnySizeInAFullTierAreThereOrToldAsGone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.RECENT)) {
      int admitted = 0;
      int[] sizes = new int[1200];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = (int) (100 * Math.pow(9_000, random.nextDouble()));
        admitted += f.store(i, sizes[i]) == null ? 0 : 1;
      }
      int present = 0;
      for (int i = 0; i < sizes.length; i++) {
        present += f.read(i, sizes[i]).isHit() ? 1 : 0;
      }
      TierStats use = f.use(Tier.DISK);
      assertEquals(present, use.entries(), "seed " + seed);
      assertEquals(admitted - present, use.evictions(), "seed " + seed);
      assertTrue(sizes.length - admitted <= f.events.failures.size(), "seed " + seed);
      assertTrue(admitted > sizes.length * 0.9, "seed " + seed + ": " + admitted);
      System.out.println("DiskTierTest: " + (sizes.length - admitted) + " of 1200 refused, " + use);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20, 40, 70, 900, 2056})
  void aFlippedBitIsFoundDroppedAndReported(int at) {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      f.store(2);
      ByteBuffer entry = EntryFormatV1.encode(key(1), row(1), Compression.NONE);
      entry.put(at, (byte) (entry.get(at) ^ 4));
      assertTrue(f.tiers.plant(key(1), 1, entry));
      assertEquals(Lookup.CORRUPT, f.read(1));
      assertEquals(1, f.events.failures.size());
      assertTrue(f.events.failures.get(0) instanceof CorruptEntryException);
      assertEquals(Lookup.MISS, f.read(1), "dropped");
      assertEquals(1, f.use(Tier.DISK).entries());
      assertEquals(Tier.DISK, f.store(1));
      assertEquals(Lookup.DISK_HIT, f.read(1));
    }
  }

  /** Bits of the file itself, payloads and Ehcache's own lengths alike. */
  @Tag("slow")
  @Test
  void aFileThatIsOverwrittenServesNothingWrongAndBreaksNothing() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int misses = 0;
    for (int round = 0; round < 4; round++) {
      Path place = Files.createDirectory(directory.resolve("round" + round));
      try (TiersFixture f = onDisk(0, 0, place, WhenFull.EVICT)) {
        for (int i = 0; i < 300; i++) {
          f.store(i);
        }
        overwrite(place, random);
        int gone = 300 - f.present(0, 300); // compares every byte of what it finds
        misses += gone;
        assertTrue(gone == 0 || f.events.failures.size() > 0, "seed " + seed);
        for (int i = 0; i < 300; i++) {
          f.tiers.remove(key(i));
          f.store(1000 + i);
        }
        f.present(1000, 1300);
        f.tiers.clear();
      }
    }
    assertTrue(misses > 0, "seed " + seed);
  }

  /**
   * The entries, not the table of Ehcache, which is mapped: that part is the memory of a process.
   */
  private void overwrite(Path place, Random random) throws IOException {
    Path data;
    try (Stream<Path> all = Files.walk(place)) {
      data = all.filter(path -> path.toString().endsWith(".data")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(data);
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      for (int at = 0; at + 8 < bytes.length; at += 4) {
        boolean isHead = ByteBuffer.wrap(bytes, at, 8).getLong() >>> 32 == 24; // length of a key
        if (isHead && random.nextInt(20) == 0) {
          channel.write(
              ByteBuffer.allocate(4).putInt(random.nextInt() >> random.nextInt(32)).flip(),
              at + random.nextInt(2000));
        }
      }
    }
  }

  @Test
  void aLengthThatIsNoneTurnsTheTierOffAndIsToldOnce() throws IOException {
    try (TiersFixture f = onDisk(2L * HEAP_ROW, 0, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 100; i++) {
        f.store(i);
      }
      byte[] bytes = Files.readAllBytes(file());
      byte[] keyBytes = ByteBuffer.allocate(16).putLong(key(7).hi()).putLong(key(7).lo()).array();
      int at = 0;
      while (!Arrays.equals(bytes, at, at + 16, keyBytes, 0, 16)) {
        at++;
      }
      try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(4).putInt(-5).flip(), at - 4);
      }
      assertEquals(Lookup.DISK_HIT, f.read(6));
      assertEquals(Lookup.MISS, f.read(7));
      assertEquals(2, f.present(0, 100), "those on the heap");
      assertEquals(1, f.events.failures.size(), f.events.failures::toString);
      String message = f.events.failures.get(0).getMessage();
      assertTrue(message.contains("the disk tier failed to"), message);
      assertEquals(Tier.HEAP, f.store(1000), "the rest goes on");
      assertEquals(2, f.present(0, 2000));
      assertEquals(0, f.use(Tier.DISK).entries());
      assertEquals(1, f.events.failures.size());
    }
  }

  @Test
  void aFileThatIsDeletedUnderItIsStillRead() throws IOException {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      f.store(1);
      Files.delete(file());
      f.store(2);
      assertEquals(2, f.present(0, 3));
    }
  }

  @Test
  void anInterruptedThreadReadsAndWrites() {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      Thread.currentThread().interrupt();
      assertEquals(Tier.DISK, f.store(1));
      assertEquals(Lookup.DISK_HIT, f.read(1));
      assertTrue(Thread.interrupted(), "still interrupted");
      assertEquals(Lookup.DISK_HIT, f.read(1));
      assertEquals(0, f.events.failures.size());
    }
  }

  @Test
  void whatAnEarlierRunLeftIsDropped() {
    TiersFixture left = onDisk(0, 0, directory, WhenFull.EVICT);
    left.store(1);
    left.close();
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      assertEquals(Lookup.MISS, f.read(1));
    }
  }

  @Test
  void refusesPoolsBelowTheMinimum() {
    IllegalArgumentException small =
        assertThrows(
            IllegalArgumentException.class,
            () -> new TiersFixture(0, 0, POOL - 1, directory, WhenFull.EVICT, Compression.NONE));
    assertTrue(small.getMessage().contains("disk tier"), small.getMessage());
    assertTrue(small.getMessage().contains("at least 16 MiB"), small.getMessage());
  }

  /** The reserve is for others, to the byte; between two looks at it a MiB may be written. */
  @Test
  void theReserveOfTheFileSystemStays() {
    RecordedEvents events = new RecordedEvents();
    Notices notices = new Notices(events);
    long[] usable = {DiskSpace.RESERVE + 1000, 0};
    DiskSpace space =
        new DiskSpace(
            () -> {
              usable[1]++;
              return usable[0];
            },
            notices);
    assertTrue(space.hasRoomFor(1000));
    usable[0] = DiskSpace.RESERVE;
    assertTrue(space.hasRoomFor(1 << 20));
    assertEquals(1, usable[1], "no second look before a MiB is written");
    assertFalse(space.hasRoomFor(1));
    assertEquals(2, usable[1]);
    notices.deliver();
    String message = events.failures.get(0).getMessage();
    assertTrue(message.contains("has 64 MiB left, and 64 are for others"), message);
    usable[0] = DiskSpace.RESERVE + 999;
    assertFalse(space.hasRoomFor(1000));
  }

  @Test
  void aFullFileSystemIsToldOnceAndTriedAgain() {
    RecordedEvents events = new RecordedEvents();
    Notices notices = new Notices(events);
    long[] usable = {DiskSpace.RESERVE + (8 << 20)};
    DiskSpace space = new DiskSpace(() -> usable[0], notices);
    int admitted = 0;
    while (admitted < 100 && space.hasRoomFor(1 << 20)) {
      usable[0] -= 1 << 20;
      admitted++;
    }
    assertTrue(admitted >= 8 && admitted <= 9, "left is the reserve: " + admitted);
    for (int i = 0; i < 10; i++) {
      assertFalse(space.hasRoomFor(1 << 20));
    }
    notices.deliver();
    assertEquals(1, events.failures.size());
    assertTrue(events.failures.get(0) instanceof StorageException);
    usable[0] = 10L << 30;
    assertTrue(space.hasRoomFor(1 << 20));
    DiskSpace blind =
        new DiskSpace(
            () -> {
              throw new IOException("no such file system");
            },
            notices);
    assertFalse(blind.hasRoomFor(ROW_BYTES));
    notices.deliver();
    assertEquals(2, events.failures.size());
  }
}
