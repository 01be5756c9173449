package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every door of the library works on a thread that was interrupted, and the interrupt stays. */
class InterruptedThreadTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final HostTensor X = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});

  @TempDir Path directory;
  private final List<Exception> told = new ArrayList<>();

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  private static <V> V interrupted(Callable<V> door) throws Exception {
    Thread.currentThread().interrupt();
    V result = door.call();
    assertTrue(Thread.interrupted(), "the interrupt stays");
    return result;
  }

  private TensorCache open() {
    return TensorCache.builder("i")
        .heap(ByteSize.ofMiB(1))
        .offHeap(ByteSize.ofMiB(2))
        .disk(ByteSize.ofMiB(16), directory)
        .store(store -> store.directory(directory).sync(SyncPolicy.EVERY_WRITE))
        .listener(told::add)
        .build();
  }

  private static CachedFunction<HostTensor> function(TensorCache cache) {
    return cache.function("f", V1, HostTensor.adapter()).persisting(true).wrap(x -> x);
  }

  @Test
  void aCacheFromBuildToClose() throws Exception {
    TensorCache cache = interrupted(this::open);
    CachedFunction<HostTensor> f = function(cache);
    assertArrayEquals(X.floats(), interrupted(() -> f.apply(X)).floats());
    assertTrue(interrupted(cache::flush));
    cache.reset();
    assertArrayEquals(X.floats(), interrupted(() -> f.apply(X)).floats());
    assertEquals(2, cache.stats().rowsComputed());
    interrupted(() -> f.warm(List.of(X)));
    interrupted(() -> cache.scope("s", HostTensor.adapter()).entry("k").get(() -> X));
    assertEquals(2, interrupted(() -> cache.store().verify(rows -> {})).sound());
    assertEquals(2, interrupted(() -> cache.store().prune(RowSelection.ofFunction("f"))).rows());
    interrupted(
        () -> {
          cache.close();
          return true;
        });
    assertEquals(List.of(), told);
  }

  @Test
  void exportAndImport() throws Exception {
    try (TensorCache cache = open()) {
      function(cache).apply(X);
      cache.flush();
      for (ExportFormat format : ExportFormat.values()) {
        Path out = directory.resolve("out" + format);
        assertEquals(
            2,
            interrupted(() -> cache.store().exportRows("f", null, format, out, rows -> {})).rows());
        try (RowStore other =
            interrupted(() -> RowStore.create(directory, "other" + format, ByteSize.ofMiB(4)))) {
          assertEquals(
              2, interrupted(() -> other.importRows(out, ImportCheck.ANY, rows -> {})).rows());
        }
      }
      try (RowStore read = interrupted(() -> RowStore.open(directory, "i"))) {
        assertEquals(1, interrupted(read::functions).size());
      }
    }
    assertEquals(List.of(), told);
  }

  @Test
  void aTensorOfAFile() throws Exception {
    Path file = directory.resolve("x.npy");
    try (TensorCache cache = open()) {
      function(cache).apply(X);
      cache.flush();
      cache.store().exportRows("f", null, ExportFormat.NPY, directory.resolve("o"), rows -> {});
    }
    Files.move(directory.resolve("o").resolve("rows.npy"), file);
    HostTensor read = interrupted(() -> io.tensorcache.internal.transfer.NpyFile.read(file, null));
    assertArrayEquals(X.floats(), read.floats());
  }
}
