package io.tensorcache.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.store.ExportFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An import into a store whose queue is short waits for it, whatever a call would do. */
@Timeout(60)
class ImportRoomTest {
  private static final int ROWS = 300;

  @TempDir Path directory;
  private Path export = Path.of("");

  @BeforeEach
  void exportRows() {
    export = directory.resolve("export");
    try (TransferFixture from = new TransferFixture(directory.resolve("from"))) {
      for (int i = 0; i < ROWS; i++) {
        from.put(TransferFixture.key(i), SampleRows.ofBytes(i, 1000));
      }
      from.exportTo(export, ExportFormat.NPY);
    }
  }

  /** Room for three rows in the queue. */
  private TransferFixture into(WhenBusy whenBusy) {
    StoreConfig config =
        new StoreConfig(
            null,
            ByteSize.ofMiB(64),
            WhenFull.EVICT,
            SyncPolicy.INTERVAL,
            Duration.ofSeconds(1),
            Compression.NONE,
            ByteSize.ofKiB(4),
            whenBusy,
            ByteSize.ofMiB(8),
            null);
    return new TransferFixture(directory.resolve("into"), config);
  }

  @Test
  void aStoreThatDeclinesWhenBusyTakesAllRows() {
    try (TransferFixture into = into(WhenBusy.DECLINE)) {
      assertEquals(ROWS, into.importFrom(export).rows());
      assertEquals(ROWS, into.store.use().entries());
    }
  }

  @Test
  void anInterruptedThreadStoresAllRows() {
    try (TransferFixture into = into(WhenBusy.WAIT)) {
      Thread.currentThread().interrupt();
      long rows = into.importFrom(export).rows();
      assertTrue(Thread.interrupted(), "the interrupt stays");
      assertEquals(ROWS, rows);
      assertEquals(ROWS, into.store.use().entries());
    }
  }

  /** A higher limit would not help. */
  @Test
  void aStoreThatIsNotWrittenSaysWhy() throws IOException {
    try (TransferFixture into = into(WhenBusy.WAIT)) {
      Path store = directory.resolve("into/rows");
      try (Stream<Path> files = Files.list(store)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(store);
      into.store.flush();
      String refusal = String.valueOf(into.store.use().refusal());
      assertTrue(refusal.contains("nothing more is stored"), refusal);
      String why = assertThrows(StorageException.class, () -> into.importFrom(export)).getMessage();
      assertEquals("the store admits no more rows: 0 of 300 were stored. " + refusal, why);
      assertFalse(why.contains("limit"), why);
    }
  }
}
