package io.tensorcache.cli;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.RowStore;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoredRow;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A store "rows" of two functions: 10 rows of "net" under version 1, 20 under 2, 5 of "head". */
final class SampleStore {
  static final Fingerprint V1 = Fingerprint.version("1");
  static final Fingerprint V2 = Fingerprint.version("2");
  static final int WIDTH = 100;

  private SampleStore() {}

  /** The files of such a store, filled once in this JVM: 100 ms a test. */
  private static final class Kept {
    private static final Path STORE = filled();

    private static Path filled() {
      try {
        Path directory = Files.createTempDirectory("sample-store");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
        return fillAnew(directory.resolve("cache"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path directory) {
      try (Stream<Path> all = Files.walk(directory)) {
        all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      } catch (IOException e) {
        // a temporary directory stays behind
      }
    }
  }

  /** Puts a copy of such a store into {@code directory/rows}; returns that path. */
  static Path fill(Path directory) {
    Path store = directory.resolve(Kept.STORE.getFileName());
    try (Stream<Path> files = Files.walk(Kept.STORE)) {
      Files.createDirectories(directory);
      for (Path file : files.toList()) {
        Path copy = store.resolve(Kept.STORE.relativize(file).toString());
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return store;
  }

  /** Fills {@code directory/rows}; returns that path. */
  static Path fillAnew(Path directory) {
    try (TensorCache cache = cache(directory)) {
      squares(cache, "net", V1).apply(batch(10));
      cache
          .function("head", V1, HostTensor.adapter())
          .persisting(true)
          .storeAs(DType.BFLOAT16)
          .wrap(x -> x)
          .apply(batch(5));
    }
    try (TensorCache cache = cache(directory)) {
      squares(cache, "net", V2).apply(batch(20));
    }
    return directory.resolve("rows");
  }

  /** Fills {@code directory/rows} with so many rows of one function of this name. */
  static void fillNamed(Path directory, String function, int rows) {
    try (TensorCache cache = cache(directory)) {
      squares(cache, function, V1).apply(batch(rows));
    }
  }

  static TensorCache cache(Path directory) {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofMiB(8))
        .store(store -> store.directory(directory))
        .build();
  }

  static CachedFunction<HostTensor> squares(
      TensorCache cache, String name, Fingerprint fingerprint) {
    return cache
        .function(name, fingerprint, HostTensor.adapter())
        .persisting(true)
        .wrap(
            x -> {
              float[] values = x.floats();
              for (int i = 0; i < values.length; i++) {
                values[i] *= values[i];
              }
              return HostTensor.ofFloats(values, x.spec().shape());
            });
  }

  /** float32[rows, 100], no two values alike. */
  static HostTensor batch(int rows) {
    float[] values = new float[rows * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(1 + i);
    }
    return HostTensor.ofFloats(values, rows, WIDTH);
  }

  static List<StoredRow> rows(Path store) {
    List<StoredRow> rows = new ArrayList<>();
    try (RowStore open = RowStore.open(store.getParent(), "rows")) {
      open.forEach(RowSelection.all(), rows::add);
    }
    return rows;
  }

  /** Flips a bit in the payload of a row. */
  static void damage(Path store, StoredRow row) throws IOException {
    Path segment = store.resolve(row.segment() + ".tcs");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[(int) row.offset() + 150] ^= 1;
    Files.write(segment, bytes);
  }

  /** Every file with its length, to see whether something changed. */
  static Map<String, Long> files(Path directory) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sizes.put(directory.relativize(file).toString(), Files.size(file));
      }
    }
    return sizes;
  }
}
