package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.Fingerprint;
import io.tensorcache.RowStore;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoreSize;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.store.StoredOutput;
import io.tensorcache.store.StoredRow;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the comments of the store, run. */
class StoreExamplesTest {
  @TempDir private Path directory;

  @BeforeEach
  void storeTwoRows() {
    Squares squares = new Squares();
    try (TensorCache cache =
        TensorCache.builder("features").store(store -> store.directory(directory)).build()) {
      cache
          .function("squares", Fingerprint.version("1"), HostTensor.adapter())
          .persisting(true)
          .wrap(squares::of)
          .apply(Squares.batch());
    }
  }

  @Test
  void rowStore() {
    // begin: row-store
    try (RowStore store = RowStore.open(directory, "features")) { // changes no file
      for (StoredFunction function : store.functions()) {
        System.out.println(function.function() + ": " + function.rows() + " rows");
      }
      Verification found = store.verify(rows -> {});
      assertTrue(found.isSound()); // not shown
    }
    // end: row-store
  }

  @Test
  void storedFunction() {
    try (RowStore store = RowStore.open(directory, "features")) {
      // begin: stored-function
      StoredFunction squares = store.functions().get(0);
      String what = squares.function() + " under " + squares.fingerprint();
      Duration age = Duration.between(squares.newest(), Instant.now());
      // end: stored-function
      assertEquals("squares under 084fb7d712cb7a841406b81cab45524c", what);
      assertTrue(age.compareTo(Duration.ofDays(1)) < 0);
    }
  }

  @Test
  void storedRow() {
    List<String> lines = new ArrayList<>();
    try (RowStore store = RowStore.open(directory, "features")) {
      // begin: stored-row
      store.forEach(
          RowSelection.ofFunction("squares"),
          (StoredRow row) -> {
            for (StoredOutput output : row.outputs()) {
              lines.add(row.key() + " " + output.spec()); // 273b5de4... float32[2]
            }
          });
      // end: stored-row
    }
    assertEquals(2, lines.size());
    assertTrue(lines.contains("273b5de48bce492aff41fdc5127a8e71 float32[2]"), lines::toString);
  }

  @Test
  void verification() {
    try (RowStore store = RowStore.open(directory, "features")) {
      // begin: verification
      Verification found = store.verify(rowsSoFar -> {});
      if (!found.isSound()) {
        found.badRows().forEach(row -> System.err.println(row.segment() + ": " + row.why()));
      }
      // end: verification
      assertEquals(2, found.sound());
    }
  }

  @Test
  void storeSize() {
    try (RowStore store = RowStore.open(directory, "features")) {
      // begin: store-size
      StoreSize size = store.size();
      ByteSize all = size.bytes(); // what the limit of a store counts
      // end: store-size
      assertTrue(all.compareTo(size.segmentBytes()) >= 0);
    }
  }

  @Test
  void prune() {
    // begin: prune
    try (RowStore store = RowStore.openForChanges(directory, "features", ByteSize.ofGiB(1))) {
      Instant lastMonth = Instant.now().minus(Duration.ofDays(30));
      RowSelection old = RowSelection.ofFunction("squares").storedBefore(lastMonth);
      RemovedRows would = store.wouldPrune(old); // counts, and changes nothing
      RemovedRows removed = store.prune(old);
      assertEquals(would, removed); // not shown
      assertEquals(0, removed.rows()); // not shown
      assertEquals(2, store.wouldPrune(RowSelection.all()).rows()); // not shown
    }
    // end: prune
  }

  @Test
  void exportAndImport(@TempDir Path elsewhere) {
    Path exported = elsewhere.resolve("export");
    try (RowStore store = RowStore.open(directory, "features")) {
      // begin: export-rows
      ExportedRows written =
          store.exportRows("squares", null, ExportFormat.NPY, exported, rowsSoFar -> {});
      List<String> files = written.files(); // the manifest last
      // end: export-rows
      assertEquals(2, written.rows());
      assertFalse(files.isEmpty());
    }
    // begin: import-rows
    try (RowStore store = RowStore.create(elsewhere, "features", ByteSize.ofGiB(1))) {
      ImportCheck expected = new ImportCheck("squares", Fingerprint.version("1").digest());
      ImportedRows imported = store.importRows(exported, expected, rowsSoFar -> {});
      assertEquals(2, imported.rows()); // not shown
    }
    // end: import-rows
  }
}
