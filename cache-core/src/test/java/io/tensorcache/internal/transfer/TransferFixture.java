package io.tensorcache.internal.transfer;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.durable.DurableEvents;
import io.tensorcache.internal.durable.DurableStore;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.durable.StoreLimits;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stores to export from and import into. */
final class TransferFixture implements AutoCloseable {
  static final Provenance NET = new Provenance("net", 0x1122334455667788L, -2);

  final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  final DurableStore store;

  TransferFixture(Path directory) {
    this(directory, StoreLimits.keepFirst(ByteSize.ofGiB(1)));
  }

  TransferFixture(Path directory, StoreConfig config) {
    this.store =
        DurableStore.open(
            directory,
            "rows",
            config,
            new DurableEvents() {
              @Override
              public void failed(TensorCacheException failure) {
                failures.add(failure);
              }

              @Override
              public void evicted(long entries) {}
            },
            InstantSource.system());
  }

  /** The key whose bytes are 16 i, 16 i + 1, and so on. */
  static TensorKey goldenKey(int i) {
    byte[] bytes = new byte[KeyBytes.LENGTH];
    for (int k = 0; k < bytes.length; k++) {
      bytes[k] = (byte) (16 * i + k);
    }
    return KeyBytes.read(bytes);
  }

  /** Any key, the same for the same number. */
  static TensorKey key(int i) {
    Random random = new Random(i);
    return new TensorKey(random.nextLong(), random.nextLong());
  }

  void put(TensorKey key, Row row) {
    if (!store.store(key, row, NET)) {
      throw new AssertionError("not admitted: " + row.schema());
    }
  }

  ExportedRows exportTo(Path directory, ExportFormat format) {
    store.flush();
    return new RowExporter(store.browser(), "rows", NET, format, directory, rows -> {}).run();
  }

  ImportedRows importFrom(Path directory) {
    return importFrom(directory, ImportCheck.ANY);
  }

  ImportedRows importFrom(Path directory, ImportCheck check) {
    ImportedRows imported = new RowImporter(store, directory, rows -> {}).run(check);
    store.flush();
    return imported;
  }

  /** Every row that is there, read and verified. */
  Map<TensorKey, Row> rows() throws IOException {
    Map<TensorKey, Row> rows = new LinkedHashMap<>();
    Map<TensorKey, Long> places = new LinkedHashMap<>();
    store.browser().settle();
    store.forEach(
        entry -> {
          if (!entry.provenance().equals(NET)) {
            throw new AssertionError(entry.toString());
          }
          places.put(entry.key(), entry.place());
        });
    for (Map.Entry<TensorKey, Long> each : places.entrySet()) {
      rows.put(each.getKey(), store.browser().row(each.getKey(), each.getValue()));
    }
    return rows;
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = TransferFixture.class.getResourceAsStream("/transfer/" + name)) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
