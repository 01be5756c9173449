package io.tensorcache.internal.transfer;

import static io.tensorcache.internal.transfer.TransferFixture.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.durable.StoreLimits;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that leave one store and come into another. */
class TransferTest {
  @TempDir Path directory;

  private static void assertSame(Map<TensorKey, Row> expected, Map<TensorKey, Row> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (key, row) -> {
          Row other = actual.get(key);
          assertEquals(row.schema(), other.schema());
          for (int part = 0; part < row.schema().parts().size(); part++) {
            assertArrayEquals(row.payload(part), other.payload(part), row.schema().toString());
          }
        });
  }

  private void travels(Map<TensorKey, Row> rows, ExportFormat format) throws IOException {
    Path to = directory.resolve("export-" + format + rows.size());
    try (TransferFixture from = new TransferFixture(directory.resolve("from" + rows.size()))) {
      rows.forEach(from::put);
      ExportedRows exported = from.exportTo(to, format);
      assertEquals(rows.size(), exported.rows());
      assertEquals(0, exported.skipped());
      long bytes = 0;
      for (String file : exported.files()) {
        bytes += file.equals(Manifest.FILE) ? 0 : Files.size(to.resolve(file));
      }
      assertEquals(ByteSize.ofBytes(bytes), exported.bytes());
    }
    try (TransferFixture into = new TransferFixture(directory.resolve("into" + format))) {
      ImportedRows imported = into.importFrom(to);
      assertEquals(new ImportedRows("net", imported.fingerprint(), rows.size(), 0), imported);
      assertSame(rows, into.rows());
      assertEquals(0, into.importFrom(to).rows(), "all are there");
      assertEquals(List.of(), into.failures);
    }
  }

  @Test
  void rowsOfEveryDtypeTravel() throws IOException {
    for (ExportFormat format : ExportFormat.values()) {
      Map<TensorKey, Row> rows = new LinkedHashMap<>();
      for (DType dtype : DType.values()) {
        for (int i = 0; i < 3; i++) {
          if (dtype != DType.COMPLEX128 || format == ExportFormat.NPY) {
            Random random = new Random(rows.size());
            rows.put(key(rows.size()), SampleRows.dense(random, TensorSpec.of(dtype, 3, 5)));
          }
        }
      }
      travels(rows, format);
    }
  }

  @Test
  void rowsOfSeveralOutputsTravel() throws IOException {
    for (ExportFormat format : ExportFormat.values()) {
      Map<TensorKey, Row> rows = new LinkedHashMap<>();
      for (int i = 0; i < 20; i++) {
        rows.put(key(i), SampleRows.several(new Random(i)));
      }
      travels(rows, format);
    }
  }

  @Test
  void rowsOfDifferentShapesTravel() throws IOException {
    for (ExportFormat format : ExportFormat.values()) {
      Map<TensorKey, Row> rows = new LinkedHashMap<>();
      for (int i = 0; i < 60; i++) {
        rows.put(key(i), SampleRows.ofBytes(i, i % 7));
      }
      travels(rows, format);
    }
  }

  @Test
  void anExportIsOfOneFunctionAndFingerprint() throws IOException {
    try (TransferFixture from = new TransferFixture(directory)) {
      from.put(key(1), SampleRows.ofBytes(1, 10));
      var other = new io.tensorcache.internal.durable.Provenance("net", 1, 1);
      from.store.store(key(2), SampleRows.ofBytes(2, 10), other);
      assertEquals(1, from.exportTo(directory.resolve("npy"), ExportFormat.NPY).rows());
    }
  }

  @Test
  void leavesOutDamagedRowsAndCountsThem() throws IOException {
    Map<TensorKey, Row> rows = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      rows.put(key(i), SampleRows.ofBytes(i, 500));
    }
    Path stored = directory.resolve("from");
    try (TransferFixture from = new TransferFixture(stored)) {
      rows.forEach(from::put);
    }
    flip(stored.resolve("rows"), 64 + 128 + 3 * 640 + 300); // in the payload of a row
    try (TransferFixture from = new TransferFixture(stored)) {
      for (ExportFormat format : ExportFormat.values()) {
        Path to = directory.resolve("export" + format);
        ExportedRows exported = from.exportTo(to, format);
        assertEquals(9, exported.rows());
        assertEquals(1, exported.skipped());
        try (TransferFixture into = new TransferFixture(directory.resolve("into" + format))) {
          assertEquals(9, into.importFrom(to).rows());
          rows.keySet().retainAll(into.rows().keySet());
          assertSame(rows, into.rows());
        }
      }
    }
  }

  /** Their heads are sound: it shows while they are written. */
  @Test
  void refusesToExportDamagedRowsOnlyAndLeavesNothingBehind() throws IOException {
    Path stored = directory.resolve("from");
    try (TransferFixture from = new TransferFixture(stored)) {
      from.put(key(1), SampleRows.ofBytes(1, 500));
    }
    flip(stored.resolve("rows"), 64 + 128 + 300);
    Path to = directory.resolve("a/b");
    try (TransferFixture from = new TransferFixture(stored)) {
      for (ExportFormat format : ExportFormat.values()) {
        String why =
            assertThrows(IllegalArgumentException.class, () -> from.exportTo(to, format))
                .getMessage();
        assertEquals("no row of function \"net\" can be exported (1 damaged)", why);
        assertFalse(Files.exists(directory.resolve("a")));
      }
      Files.createDirectories(to);
      assertThrows(IllegalArgumentException.class, () -> from.exportTo(to, ExportFormat.NPY));
      try (Stream<Path> left = Files.list(to)) { // it was there before
        assertEquals(0, left.count());
      }
    }
  }

  private static void flip(Path store, int offset) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      Path segment = files.filter(file -> file.toString().endsWith(".tcs")).findAny().orElseThrow();
      byte[] bytes = Files.readAllBytes(segment);
      bytes[offset] ^= 1;
      Files.write(segment, bytes);
    }
  }

  @Test
  void refusesToExportWhatItCannot() throws IOException {
    try (TransferFixture from = new TransferFixture(directory.resolve("from"))) {
      Path to = directory.resolve("to");
      assertThrows(IllegalArgumentException.class, () -> from.exportTo(to, ExportFormat.NPY));
      from.put(key(1), SampleRows.dense(new Random(1), TensorSpec.of(DType.COMPLEX128, 2)));
      String why =
          assertThrows(
                  IllegalArgumentException.class, () -> from.exportTo(to, ExportFormat.SAFETENSORS))
              .getMessage();
      assertEquals("safetensors has no COMPLEX128: export the rows as npy", why);
      Files.createDirectories(to);
      Files.writeString(to.resolve("mine"), "mine");
      why =
          assertThrows(IllegalArgumentException.class, () -> from.exportTo(to, ExportFormat.NPY))
              .getMessage();
      assertTrue(why.contains("is not empty"), why);
      assertEquals("mine", Files.readString(to.resolve("mine")));
      assertThrows(
          StorageException.class, () -> from.exportTo(to.resolve("mine/below"), ExportFormat.NPY));
      Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
      assertThrows(StorageException.class, () -> from.exportTo(link, ExportFormat.NPY));
      assertTrue(Files.isSymbolicLink(link), "it is not the export's");
    }
  }

  @Test
  void saysWhenTheStoreIsFull() throws IOException {
    Path to = directory.resolve("to");
    try (TransferFixture from = new TransferFixture(directory.resolve("from"))) {
      for (int i = 0; i < 100; i++) {
        from.put(key(i), SampleRows.ofBytes(i, 50_000));
      }
      from.exportTo(to, ExportFormat.SAFETENSORS);
    }
    StoreConfig small = StoreLimits.keepFirst(ByteSize.ofMiB(1));
    try (TransferFixture into = new TransferFixture(directory.resolve("into"), small)) {
      String why = assertThrows(StorageException.class, () -> into.importFrom(to)).getMessage();
      assertTrue(why.contains("admits no more rows"), why);
      into.store.flush();
      int kept = into.rows().size();
      assertTrue(kept > 0 && kept < 21, kept + " rows");
      assertFalse(into.rows().isEmpty());
    }
  }

  @Test
  void aManifestSaysWhatTheFilesAre() throws IOException {
    Path to = directory.resolve("to");
    try (TransferFixture from = new TransferFixture(directory.resolve("from"))) {
      RowSchema schema = RowSchema.of(TensorSpec.of(DType.FLOAT32, 4), DType.BFLOAT16);
      from.put(TransferFixture.goldenKey(0), Row.of(schema, 0, new byte[][] {new byte[8]}));
      from.exportTo(to, ExportFormat.NPY);
    }
    String text = Files.readString(to.resolve(Manifest.FILE));
    for (String part :
        new String[] {
          "{\"format\":\"tensorcache-export\",\"version\":1,\"store\":\"rows\",\"function\":\"net\","
              + "\"fingerprint\":\"1122334455667788fffffffffffffffe\",\"layout\":\"npy\",\"rows\":1,",
          "\"dtype\":\"float32\",\"shape\":[4],\"stored_as\":\"bfloat16\",\"file\":\"rows.npy\","
              + "\"tensor\":null,\"bits_of\":\"bfloat16\"",
          "{\"name\":\"keys.npy\",\"bytes\":144,\"sha256\":\""
        }) {
      assertTrue(text.contains(part), text);
    }
  }
}
