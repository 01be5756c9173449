package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.files;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.open;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.row;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class DurableStoreTest {
  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  @AfterEach
  void nothingFailed() {
    assertEquals(List.of(), events.failures);
  }

  @Test
  void readsWhatWasStoredBeforeAndAfterItIsWritten() {
    try (DurableStore store = open(directory, events)) {
      assertEquals(Lookup.MISS, read(store, 1));
      assertTrue(store(store, 1));
      assertEquals(Lookup.DURABLE_HIT, read(store, 1));
      assertTrue(store.flush());
      assertEquals(Lookup.DURABLE_HIT, read(store, 1));
      assertEquals(row(1).schema(), store.schema(key(1)));
      assertNull(store.schema(key(2)));
      assertEquals(0, store.use().queuedBytes());
      assertEquals(1, store.use().entries());
    }
  }

  @ParameterizedTest
  @EnumSource(SyncPolicy.class)
  void rowsSurviveCloseUnderEveryPolicy(SyncPolicy sync) {
    StoreConfig config =
        DurableFixture.config(sync, Duration.ofMillis(1), Compression.LZ4, ByteSize.ofKiB(64));
    for (int round = 0; round < 3; round++) {
      try (DurableStore store = open(directory, config, events)) {
        assertEquals(round * 100, found(store, 0, 300));
        for (int i = round * 100; i < (round + 1) * 100; i++) {
          assertTrue(store(store, i));
        }
      }
    }
    try (DurableStore store = open(directory, config, events)) {
      assertEquals(300, found(store, 0, 300));
      assertEquals(300, store.use().entries());
    }
  }

  @Tag("slow")
  @Test
  void rowsOfEveryKindComeBackBitForBit() {
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(SampleRows.several(random));
      rows.add(SampleRows.dense(random, TensorSpec.of(DType.FLOAT32, 1 + random.nextInt(200_000))));
      rows.add(SampleRows.ofBytes(i, 16_300 + i)); // around the size that is read at once
    }
    Row sparse =
        Row.of(
            RowSchema.of(TensorSpec.of(DType.UINT8, 50_000)), 1, new byte[][] {new byte[50_000]});
    rows.add(sparse);
    for (Compression compression : Compression.values()) {
      StoreConfig config =
          DurableFixture.config(
              SyncPolicy.ON_CLOSE, Duration.ofSeconds(1), compression, ByteSize.ofMiB(2));
      Path place = directory.resolve(compression.name());
      for (boolean fresh : new boolean[] {true, false}) {
        try (DurableStore store = open(place, config, events)) {
          for (int i = 0; i < rows.size(); i++) {
            assertTrue(!fresh || store.store(key(i), rows.get(i), NET));
          }
          assertTrue(store.flush());
          for (int i = 0; i < rows.size(); i++) {
            assertEquals(Lookup.DURABLE_HIT, read(store, i, rows.get(i)), "row " + i);
            assertEquals(rows.get(i).schema(), store.schema(key(i)));
          }
        }
      }
    }
  }

  @Test
  void otherSchemaIsNotAHit() {
    for (int bytes : new int[] {100, 40_000}) {
      Row row = SampleRows.ofBytes(bytes, bytes);
      try (DurableStore store = open(directory, events)) {
        store.store(key(bytes), row, NET);
        for (int i = 0; i < 2; i++) {
          RowTarget other = SampleRows.target(RowSchema.of(TensorSpec.of(DType.UINT8, 7)), 1, true);
          assertEquals(Lookup.OTHER_SCHEMA, store.read(key(bytes), other));
          store.flush();
        }
        assertEquals(Lookup.DURABLE_HIT, read(store, bytes, row));
      }
    }
  }

  @Test
  void aKeyThatIsHereKeepsItsRow() {
    try (DurableStore store = open(directory, events)) {
      assertTrue(store(store, 1));
      store.flush();
      assertTrue(store.store(key(1), row(2), NET));
      store.flush();
      assertEquals(Lookup.DURABLE_HIT, read(store, 1));
      assertEquals(1, store.use().written());
    }
  }

  @Test
  void removedRowsStayRemoved() {
    try (DurableStore store = open(directory, events)) {
      for (int i = 0; i < 30; i++) {
        store(store, i);
      }
      store.remove(key(0)); // still queued, or just being written, or written
      store.flush();
      store.remove(key(1));
      assertEquals(Lookup.MISS, read(store, 0));
      assertEquals(Lookup.MISS, read(store, 1));
      assertTrue(store(store, 0));
    }
    try (DurableStore store = open(directory, events)) {
      assertEquals(Lookup.MISS, read(store, 1));
      assertEquals(29, found(store, 0, 30));
      store.remove(key(2));
    }
    try (DurableStore store = open(directory, events)) {
      assertEquals(28, found(store, 0, 30));
    }
  }

  @Test
  void prunesByFunctionFingerprintAndAge() {
    Provenance other = new Provenance("net", 11, 13);
    Provenance encoder = new Provenance("encoder", 1, 1);
    Provenance[] of = {NET, other, encoder};
    TensorKey net = new TensorKey(NET.fingerprintHi(), NET.fingerprintLo());
    TensorKey gone = new TensorKey(other.fingerprintHi(), other.fingerprintLo());
    try (DurableStore store = open(directory, config(1 << 16, WhenFull.EVICT, 64), events)) {
      for (int i = 0; i < 300; i++) {
        store.store(key(i), row(i), of[i % 3]);
      }
      assertEquals(0, store.prune(RowSelection.all().storedBefore(Instant.EPOCH)).rows());
      assertEquals(100, store.prune(RowSelection.ofFunction("net").withoutFingerprint(net)).rows());
      assertEquals(200, found(store, 0, 300));
      assertEquals(0, store.prune(RowSelection.ofFunction("net").withFingerprint(gone)).rows());
    }
    try (DurableStore store = open(directory, events)) {
      assertEquals(200, found(store, 0, 300));
      List<StoredEntry> entries = new ArrayList<>();
      store.forEach(entries::add);
      assertEquals(200, entries.size());
      assertTrue(entries.stream().noneMatch(entry -> entry.provenance().equals(other)));
      assertEquals(100, store.prune(RowSelection.ofFunction("encoder")).rows());
      assertEquals(
          100, store.prune(RowSelection.all().storedBefore(Instant.now().plusSeconds(60))).rows());
      assertEquals(0, store.use().entries());
    }
    try (DurableStore store = open(directory, events)) {
      assertEquals(0, found(store, 0, 300));
    }
  }

  @Test
  void clearRemovesEverythingAndTheFiles() throws Exception {
    try (DurableStore store = open(directory, config(1 << 16, WhenFull.EVICT, 64), events)) {
      for (int i = 0; i < 200; i++) {
        store(store, i);
      }
      store.clear();
      assertEquals(0, found(store, 0, 200));
      assertEquals(List.of(), files(directory, ".tcs"));
      store(store, 3);
    }
    try (DurableStore store = open(directory, events)) {
      assertEquals(1, found(store, 0, 200));
    }
  }

  @Tag("slow")
  @Test
  void batchIsReadWhateverItsOrder() {
    int rows = 300;
    int bytes = 50_000;
    try (DurableStore store = open(directory, events)) {
      List<TensorKey> keys = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        if (i % 10 != 0) {
          assertTrue(store.store(key(i), SampleRows.ofBytes(i, bytes), NET));
        }
      }
      store.flush();
      Integer[] order = new Integer[rows];
      Arrays.setAll(order, i -> i);
      java.util.Collections.shuffle(Arrays.asList(order), new Random(3));
      Arrays.stream(order).forEach(i -> keys.add(key(i)));
      RowSchema schema = SampleRows.ofBytes(0, bytes).schema();
      ByteBuffer batch = ByteBuffer.allocateDirect(rows * bytes);
      Lookup[] found =
          store.readAll(
              keys,
              () -> {
                RowTarget target = new RowTarget(schema, new ByteBuffer[] {batch});
                return row -> target.at(0, row * bytes);
              });
      for (int i = 0; i < rows; i++) {
        assertEquals(order[i] % 10 == 0 ? Lookup.MISS : Lookup.DURABLE_HIT, found[i]);
        if (found[i] == Lookup.DURABLE_HIT) {
          assertArrayEquals(
              SampleRows.ofBytes(order[i], bytes).payload(0),
              SampleRows.bytesAt(batch, i * bytes, bytes));
        }
      }
    }
  }

  @Test
  void interruptedReaderDoesNotCloseTheFileForOthers() {
    try (DurableStore store = open(directory, events)) {
      Row row = SampleRows.ofBytes(1, 100_000);
      store.store(key(1), row, NET);
      store.flush();
      for (int i = 0; i < 3; i++) {
        Thread.currentThread().interrupt();
        assertEquals(Lookup.DURABLE_HIT, read(store, 1, row));
        assertTrue(Thread.interrupted());
        assertEquals(Lookup.DURABLE_HIT, read(store, 1, row));
      }
      Thread.currentThread().interrupt();
      assertTrue(store(store, 2));
      assertTrue(store.flush());
      assertTrue(Thread.interrupted());
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
      Thread.currentThread().interrupt();
    }
    assertTrue(Thread.interrupted());
    try (DurableStore store = open(directory, events)) {
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
    }
  }

  @Test
  void everythingIsForTheOwnerOnly() throws Exception {
    try (DurableStore store = open(directory.resolve("new/deep"), events)) {
      store(store, 1);
      store.flush();
    }
    Path rows = directory.resolve("new/deep/rows");
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(rows)));
    for (Path file : files(directory.resolve("new/deep"), "")) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void aDirectoryThatOthersMayReadIsWarnedOf() throws Exception {
    Path rows = Files.createDirectories(directory.resolve("rows"));
    Logger logger = (Logger) LoggerFactory.getLogger(StoreDirectory.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      Files.setPosixFilePermissions(rows, PosixFilePermissions.fromString("rwxr-x---"));
      open(directory, events).close();
      assertEquals(1, lines.list.size());
      assertEquals(Level.WARN, lines.list.get(0).getLevel());
      String line = lines.list.get(0).getFormattedMessage();
      assertTrue(line.contains(rows.toRealPath() + " is open to other users"), line);
      assertTrue(line.contains("rwxr-x---") && line.contains("chmod 700"), line);
      Files.setPosixFilePermissions(rows, PosixFilePermissions.fromString("rwx------"));
      open(directory, events).close();
      assertEquals(1, lines.list.size());
    } finally {
      logger.detachAppender(lines);
    }
  }

  @Test
  void namesThatAreNoDirectoryAreRefused() {
    for (String name : new String[] {"", "..", "a/b", ".hidden", "-x", "ä", "x".repeat(101)}) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              DurableStore.open(
                  directory, name, DurableFixture.large(), events, InstantSource.system()),
          name);
    }
  }

  @Test
  void closedStoreRefusesUse() {
    DurableStore store = open(directory, events);
    store.close();
    store.close();
    assertThrows(IllegalStateException.class, () -> read(store, 1));
    assertThrows(IllegalStateException.class, () -> store(store, 1));
    assertThrows(IllegalStateException.class, store::flush);
    assertThrows(IllegalStateException.class, store::clear);
    assertThrows(IllegalStateException.class, () -> store.schema(key(1)));
    assertEquals(0, store.use().entries());
  }

  @Tag("slow")
  @Test
  void filesAreHardlyLargerThanTheRows() throws Exception {
    for (int rowBytes : new int[] {2048, 102_400}) {
      int rows = rowBytes == 2048 ? 2000 : 100;
      Path place = directory.resolve("of" + rowBytes);
      long written;
      try (DurableStore store = open(place, config(1 << 20, WhenFull.EVICT, 4096), events)) {
        for (int i = 0; i < rows; i++) {
          assertTrue(store.store(key(i), SampleRows.ofBytes(i, rowBytes), NET));
        }
        assertTrue(store.flush());
        written = store.use().writtenBytes();
      }
      double each = (double) DurableFixture.byteCount(place) / rows;
      assertTrue(each <= 1.05 * rowBytes + 64, each + " bytes for a row of " + rowBytes);
      assertTrue(rowBytes == 2048 || written <= 1.05 * rows * rowBytes, written + " written");
      assertTrue(files(place, SegmentName.SEGMENT).size() <= 4, "few files");
    }
  }

  @Test
  void tooLargeRowsAreNotAdmitted() {
    try (DurableStore store = open(directory, config(1024, WhenFull.EVICT, 64), events)) {
      assertFalse(store.store(key(1), SampleRows.ofBytes(1, 300_000), NET));
      assertTrue(store.store(key(2), SampleRows.ofBytes(2, 200_000), NET));
      assertTrue(store.flush());
      assertEquals(Lookup.DURABLE_HIT, read(store, 2, SampleRows.ofBytes(2, 200_000)));
      assertEquals(1, store.use().declined());
    }
  }
}
