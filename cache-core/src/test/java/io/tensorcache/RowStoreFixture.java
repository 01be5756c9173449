package io.tensorcache;

import static io.tensorcache.Counted.batch;

import io.tensorcache.config.ByteSize;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** A store of two functions: 10 rows of "net" under version 1, 20 under 2, 5 of "head" under 1. */
abstract class RowStoreFixture {
  static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  static final Fingerprint V1 = Fingerprint.version("1");
  static final Fingerprint V2 = Fingerprint.version("2");
  static final int WIDTH = 100;
  static final int RECORD = 512; // a row of 400 bytes: head, entry, padding

  @TempDir Path directory;

  TensorCache cache() {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofMiB(8))
        .store(store -> store.directory(directory.resolve("cache")))
        .build();
  }

  RowStore open() {
    return RowStore.open(directory.resolve("cache"), "rows");
  }

  RowStore openForChanges() {
    return RowStore.openForChanges(directory.resolve("cache"), "rows", ByteSize.ofGiB(1));
  }

  static CachedFunction<HostTensor> persisting(
      TensorCache cache, String name, Fingerprint fingerprint) {
    return cache.function(name, fingerprint, HOST).persisting(true).wrap(Counted.features(WIDTH));
  }

  /** 10 rows of "net" under version 1, 20 under 2, 5 of "head" under 1. */
  void fill() {
    try (TensorCache cache = cache()) {
      persisting(cache, "net", V1).apply(batch(0, 10, 3));
      persisting(cache, "head", V1).apply(batch(0, 5, 3));
    }
    try (TensorCache cache = cache()) {
      persisting(cache, "net", V2).apply(batch(0, 20, 3));
    }
  }

  Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        sizes.put(file.toString(), Files.isDirectory(file) ? -1 : Files.size(file));
      }
    }
    return sizes;
  }

  static long rows(RowStore store) {
    return store.functions().stream().mapToLong(StoredFunction::rows).sum();
  }
}
