package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.byteCount;
import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.files;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.store.RowSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes from a store of 1 MiB when it is full. */
class RoomTest {
  private static final int LIMIT_KIB = 1024;
  private static final int LARGE = 100_000; // with a segment for itself

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  @AfterEach
  void nothingFailed() {
    assertEquals(List.of(), events.failures);
  }

  private static Row row(int number, int bytes) {
    return SampleRows.ofBytes(number, bytes);
  }

  private static boolean store(DurableStore store, int number, int bytes) {
    return store.store(key(number), row(number, bytes), NET);
  }

  private static boolean isThere(DurableStore store, int number, int bytes) {
    return read(store, number, row(number, bytes)) == Lookup.DURABLE_HIT;
  }

  @Test
  void theSegmentThatWasWrittenFirstGoesFirst() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 64);
    try (DurableStore store = DurableFixture.open(directory, config, events)) {
      for (int i = 0; i < 25; i++) {
        assertTrue(store(store, i, LARGE));
        assertTrue(store.flush());
        assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
        assertTrue(store.use().byteCount() <= LIMIT_KIB << 10);
      }
      int first = 0;
      while (!isThere(store, first, LARGE)) {
        first++;
      }
      assertTrue(first >= 15 && first <= 17, "ten rows fit, or nearly: " + first);
      for (int i = first; i < 25; i++) {
        assertTrue(isThere(store, i, LARGE), "row " + i);
      }
      assertEquals(first, events.evicted.get());
      assertEquals(first, store.use().evicted());
      assertEquals(25 - first, store.use().entries());
    }
  }

  @Test
  void whatCameFirstIsKeptWhereThatIsWanted() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.KEEP_FIRST, 64);
    try (DurableStore store = DurableFixture.open(directory, config, events)) {
      int admitted = 0;
      for (int i = 0; i < 15; i++) {
        boolean isIn = store(store, i, LARGE);
        assertTrue(!isIn || admitted == i, "none after one that was declined");
        admitted += isIn ? 1 : 0;
        store.flush();
      }
      assertTrue(admitted >= 8 && admitted <= 10, "admitted " + admitted);
      for (int i = 0; i < 15; i++) {
        assertEquals(i < admitted, isThere(store, i, LARGE), "row " + i);
      }
      assertEquals(15 - admitted, store.use().declined());
      assertEquals(0, store.use().evicted());
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
      assertEquals(admitted, store.prune(RowSelection.all()).rows());
      assertTrue(store(store, 99, LARGE), "there is room again");
    }
    assertEquals(0, events.evicted.get());
  }

  @Test
  void rowsThatWereReadAreWrittenAgain() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 128);
    int bytes = 5_000;
    try (DurableStore store = DurableFixture.open(directory, config, events)) {
      int number = 0;
      while (number < 10) {
        assertTrue(store(store, number++, bytes));
      }
      assertTrue(store.flush());
      for (int i = 0; i < 3; i++) {
        assertTrue(isThere(store, i, bytes));
      }
      while (events.evicted.get() == 0) {
        assertTrue(store(store, number++, bytes));
        assertTrue(store.flush());
      }
      for (int i = 0; i < 10; i++) {
        assertEquals(i < 3, store.contains(key(i)), "row " + i);
      }
      for (int i = 0; i < 3; i++) {
        assertTrue(isThere(store, i, bytes));
      }
      assertEquals(number - events.evicted.get(), store.use().entries());
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
    }
  }

  /** Another process makes room at the same time, and is faster. */
  @Test
  void aSegmentThatGoesMeanwhileIsNoFailure() throws IOException {
    FaultyFiles files = new FaultyFiles();
    AtomicInteger gone = new AtomicInteger();
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 64);
    try (DurableStore store =
        DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis)) {
      files.fault =
          (operation, file) -> {
            boolean isIndex = file.toString().endsWith(SegmentName.INDEX);
            if (operation == FaultyFiles.Operation.OPEN && isIndex && gone.get() == 0) {
              String name = file.getFileName().toString().replace(SegmentName.INDEX, "");
              Files.delete(file);
              Files.delete(file.resolveSibling(name + SegmentName.SEGMENT));
              gone.incrementAndGet();
            }
            if (operation == FaultyFiles.Operation.READ && !Files.exists(file)) {
              throw new NoSuchFileException(file.toString());
            }
          };
      for (int i = 0; i < 25; i++) {
        assertTrue(store(store, i, LARGE));
        assertTrue(store.flush());
      }
      assertEquals(1, gone.get());
      assertTrue(isThere(store, 24, LARGE));
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
    }
  }

  @Test
  void aRowThatNoRoomCanBeMadeForIsDeclined() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 64);
    try (DurableStore store = DurableFixture.open(directory, config, events)) {
      assertFalse(store(store, 1, 256 << 10), "more than a quarter");
      assertTrue(store(store, 2, 250_000));
      assertTrue(store.flush());
      assertTrue(isThere(store, 2, 250_000));
      assertEquals(1, store.use().declined());
    }
  }

  /** A segment goes when its newest entry is too old. */
  @Test
  void segmentsOfExpiredEntriesGo() throws IOException {
    Health health = new Health(events);
    StoreParts parts =
        StoreParts.of(
            StoreDirectory.hold(DiskFiles::hold, directory),
            directory,
            config(LIMIT_KIB, WhenFull.EVICT, 64, Duration.ofSeconds(100)),
            new StoreClock(() -> 1_800_000_000_000L),
            health);
    try (WriterLock lock = WriterLock.create(parts.files())) {
      SegmentWriter writer = DurableFixture.segmentWriter(parts, lock);
      for (int i = 0; i < 2; i++) {
        EncodedEntry entry = EncodedEntry.of(key(i), row(i, 10), 0, Compression.NONE);
        writer.append(key(i), entry, NET, 1_000_000 + i * 5_000);
      }
      writer.publish();
      Room room = parts.room();
      room.dropExpired(Long.MAX_VALUE / 2);
      assertEquals(2, parts.catalog().index.size(), "it is still written");
      writer.seal();
      room.dropExpired(1_105_000);
      assertEquals(2, parts.catalog().index.size());
      room.dropExpired(1_105_001);
      assertEquals(0, parts.catalog().index.size());
    } finally {
      parts.catalog().close();
    }
    Path rows = directory;
    try (StoreFiles held = DiskFiles.hold(rows)) {
      List<String> names = new ArrayList<>(held.list());
      names.remove(Ledger.FILE);
      assertEquals(List.of(), names);
    }
  }

  @Test
  void aSmallerLimitHoldsFromTheNextRowOn() throws IOException {
    StoreConfig large = config(2 * LIMIT_KIB, WhenFull.EVICT, 64);
    try (DurableStore store = DurableFixture.open(directory, large, events)) {
      for (int i = 0; i < 18; i++) {
        assertTrue(store(store, i, LARGE));
      }
    }
    assertTrue(byteCount(directory) > 3 * LIMIT_KIB << 9);
    assertEquals(18, files(directory, SegmentName.SEGMENT).size());
    StoreConfig small = config(LIMIT_KIB, WhenFull.EVICT, 64);
    try (DurableStore store = DurableFixture.open(directory, small, events)) {
      assertTrue(store(store, 99, LARGE));
      assertTrue(store.flush());
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
      assertTrue(isThere(store, 99, LARGE));
    }
  }
}
