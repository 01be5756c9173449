package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.error.StorageException;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.store.StoredOutput;
import io.tensorcache.store.StoredRow;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store holds, with a cache and without one. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowStoreTest extends RowStoreFixture {
  @Test
  void listsFunctionsAndRows() throws IOException {
    Instant before = Instant.now().minusSeconds(1);
    fill();
    Map<String, Long> files = sizes();
    try (RowStore store = open()) {
      List<StoredFunction> functions = store.functions();
      assertEquals(
          List.of("head", "net", "net"), functions.stream().map(f -> f.function()).toList());
      assertEquals(35, rows(store));
      assertEquals(ByteSize.ofBytes(5 * RECORD), functions.get(0).bytes());
      for (StoredFunction each : functions) {
        assertFalse(each.oldest().isBefore(before.minusSeconds(1)));
        assertFalse(each.newest().isAfter(Instant.now()));
      }
      List<StoredRow> rows = new ArrayList<>();
      store.forEach(RowSelection.ofFunction("net").withFingerprint(V2.digest()), rows::add);
      assertEquals(20, rows.size());
      assertEquals(20, new HashSet<>(rows.stream().map(StoredRow::key).toList()).size());
      assertEquals(
          List.of(new StoredOutput("0", TensorSpec.of(DType.FLOAT32, WIDTH), DType.FLOAT32, "raw")),
          rows.get(0).outputs());
      assertEquals(rows.subList(3, 4), store.find(rows.get(3).key()));
      assertEquals(List.of(), store.find(new TensorKey(1, 2)));
      assertEquals(2, store.size().segments());
      assertEquals(0, store.size().openSegments());
      assertTrue(store.size().segmentBytes().bytes() >= 35 * RECORD);
      assertEquals(List.of(), store.problems());
    }
    assertEquals(files, sizes(), "reading changes nothing");
    assertEquals(List.of("rows"), RowStore.names(directory.resolve("cache")));
    assertEquals(List.of(), RowStore.names(directory));
    assertEquals(List.of(), RowStore.names(directory.resolve("nowhere")));
  }

  @Test
  void neverCreatesAStoreByReading() throws IOException {
    assertThrows(StorageException.class, this::open);
    assertThrows(StorageException.class, this::openForChanges);
    assertFalse(Files.exists(directory.resolve("cache")));
    Files.createDirectories(directory.resolve("cache/rows"));
    String why = assertThrows(StorageException.class, this::open).getMessage();
    assertTrue(why.contains("is not a store: it has no store.lock and no segments"), why);
    assertThrows(StorageException.class, this::openForChanges);
    assertThrows(IllegalArgumentException.class, () -> RowStore.open(directory, "../cache"));
  }

  @Test
  void ofACacheItSeesWhatTheCacheStores() {
    TensorCache cache = cache();
    RowStore store = cache.store();
    assertEquals("rows", store.name());
    persisting(cache, "net", V1).apply(batch(0, 10, 3));
    assertEquals(10, rows(store));
    assertTrue(store.verify(done -> {}).isSound());
    assertEquals(10, store.verify(done -> {}).sound());
    assertEquals(10, store.prune(RowSelection.ofFunction("net")).rows());
    assertEquals(0, rows(store));
    store.close();
    assertEquals(0, rows(store), "the store is the cache's");
    cache.close();
    assertThrows(IllegalStateException.class, cache::store);
    assertThrows(IllegalStateException.class, store::functions);
  }

  @Test
  void aCacheWithoutAStoreSaysSo() {
    try (TensorCache cache = TensorCache.builder("plain").heap(ByteSize.ofMiB(1)).build()) {
      String why = assertThrows(IllegalStateException.class, cache::store).getMessage();
      assertTrue(why.contains("cache \"plain\" has no store: add store("), why);
    }
  }

  @Test
  void aListenerIsRefusedTheStoreItIsToldOf() throws Exception {
    fill();
    AtomicReference<@Nullable TensorCache> itself = new AtomicReference<>();
    AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
    CountDownLatch told = new CountDownLatch(1);
    try (TensorCache cache =
        TensorCache.builder("rows")
            .heap(ByteSize.ofMiB(1))
            .listener(failure -> ask(itself.get(), refused, told))
            .store(store -> store.directory(directory.resolve("cache")))
            .build()) {
      itself.set(cache);
      try (Stream<Path> files = Files.list(directory.resolve("cache/rows"))) {
        for (Path segment : files.filter(file -> file.toString().endsWith(".tcs")).toList()) {
          try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            file.truncate(100);
          }
        }
      }
      persisting(cache, "net", V1).apply(batch(0, 10, 3)); // rows that are in the index, and gone
      told.await();
      String why = String.valueOf(refused.get());
      assertTrue(why.contains("IllegalStateException: a listener must not use the store"), why);
    }
  }

  private static void ask(
      @Nullable TensorCache cache,
      AtomicReference<@Nullable Exception> refused,
      CountDownLatch told) {
    if (cache != null) {
      try {
        cache.store().functions();
      } catch (RuntimeException e) {
        refused.compareAndSet(null, e);
      }
      told.countDown();
    }
  }

  @Test
  void findsEveryDamagedRow() throws IOException {
    fill();
    try (RowStore store = open()) {
      List<StoredRow> rows = new ArrayList<>();
      store.forEach(RowSelection.all(), rows::add);
      List<StoredRow> damaged = rows.subList(0, 3);
      Path segment = directory.resolve("cache/rows/" + rows.get(0).segment() + ".tcs");
      byte[] bytes = Files.readAllBytes(segment);
      damaged.forEach(row -> bytes[(int) row.offset() + 200] ^= 4);
      Files.write(segment, bytes);
      AtomicLong progress = new AtomicLong();
      Verification found = store.verify(progress::set);
      assertEquals(35, progress.get());
      assertEquals(3, found.corrupt());
      assertEquals(32, found.sound());
      assertEquals(0, found.unreadable());
      assertEquals(ByteSize.ofBytes(32 * RECORD), found.bytes());
      assertEquals(
          damaged.stream().map(StoredRow::key).toList(),
          found.badRows().stream().map(Verification.BadRow::key).toList());
      assertTrue(found.badRows().get(0).why().contains("checksum"), found.toString());
      assertFalse(found.isSound());
      assertEquals(35, rows(store), "nothing was removed");
      Files.write(segment, new byte[64]);
    }
    try (RowStore store = open()) {
      Verification found = store.verify(done -> {});
      assertFalse(found.isSound());
      assertTrue(found.problems().get(0).contains("is no segment file"), found.toString());
      assertEquals(1, store.problems().size());
    }
  }

  @Test
  void rowsTravelAndAreServedElsewhere() throws IOException {
    fill();
    Path to = directory.resolve("export");
    AtomicLong progress = new AtomicLong();
    try (RowStore store = open()) {
      String why =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> store.exportRows("net", null, ExportFormat.NPY, to, done -> {}))
              .getMessage();
      assertTrue(why.contains("has rows of several fingerprints: name one of ["), why);
      assertThrows(
          IllegalArgumentException.class,
          () -> store.exportRows("none", null, ExportFormat.NPY, to, done -> {}));
      assertThrows(
          IllegalArgumentException.class,
          () -> store.exportRows("net", new TensorKey(1, 1), ExportFormat.NPY, to, done -> {}));
      ExportedRows exported =
          store.exportRows("net", V2.digest(), ExportFormat.SAFETENSORS, to, progress::set);
      assertEquals(20, exported.rows());
      assertEquals(20, progress.get());
      assertThrows(
          IllegalStateException.class, () -> store.importRows(to, ImportCheck.ANY, done -> {}));
    }
    try (RowStore other = RowStore.create(directory.resolve("other"), "rows", ByteSize.ofGiB(1))) {
      assertThrows(
          ImportRefusedException.class,
          () -> other.importRows(to, new ImportCheck("net", V1.digest()), done -> {}));
      assertEquals(
          new ImportedRows("net", V2.digest(), 20, 0),
          other.importRows(to, new ImportCheck("net", V2.digest()), progress::set));
      assertEquals(20, rows(other));
    }
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache =
        TensorCache.builder("rows")
            .heap(ByteSize.ofMiB(8))
            .store(store -> store.directory(directory.resolve("other")))
            .build()) {
      HostTensor x = batch(0, 20, 3);
      HostTensor y = cache.function("net", V2, HOST).persisting(true).wrap(features).apply(x);
      assertEquals(0, features.rows.get(), "all rows came by import");
      assertTrue(sameBits(Counted.featuresOf(x, WIDTH, 1), y));
    }
  }

  @Test
  void keysOfAFunctionAreThoseOfTheStore() {
    fill();
    HostTensor x = batch(0, 20, 3);
    try (RowStore store = open()) {
      for (StoredFunction each : store.functions()) {
        KeyBuilder keys =
            new KeyBuilder()
                .function(
                    each.function(), Fingerprint.ofDigest(each.fingerprint()), Granularity.ROWS)
                .algorithm(KeyAlgorithm.TCH1);
        assertEquals(each.rows(), store.find(new HashSet<>(keys.rowKeys(HOST.view(x)))).size());
      }
    }
    assertEquals(V1, Fingerprint.ofDigest(V1.digest()));
    TensorKey key = TensorKey.parse("0123456789abcdefFEDCBA9876543210");
    assertEquals("0123456789abcdeffedcba9876543210", key.toString());
    for (String bad : new String[] {"", "0123", "g".repeat(32), "-".repeat(32)}) {
      assertThrows(IllegalArgumentException.class, () -> TensorKey.parse(bad));
    }
  }
}
