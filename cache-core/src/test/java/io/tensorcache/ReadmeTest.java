package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the README, between their region marks, run. */
class ReadmeTest {
  private final AtomicInteger rows = new AtomicInteger();

  private HostTensor slowSquares(HostTensor x) {
    rows.addAndGet((int) x.spec().dim(0));
    float[] values = x.floats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  @Test
  void helloJava() {
    // begin: hello-java
    try (TensorCache cache = TensorCache.builder("hello").heap(ByteSize.ofMiB(64)).build()) {
      CachedFunction<HostTensor> squares =
          cache.wrap(
              "squares", Fingerprint.version("1"), HostTensor.adapter(), x -> slowSquares(x));
      HostTensor x = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}, {1, 2}});
      squares.apply(x); // computes two rows: the third is a copy of the first
      squares.apply(x); // computes nothing
      System.out.println(cache.stats());
    }
    // end: hello-java
    assertEquals(2, rows.get());
  }

  @Test
  void aStoreCanBeLookedAt(@TempDir Path directory) {
    Path cacheDirectory = directory.resolve("cache");
    Path exportDirectory = directory.resolve("export");
    try (TensorCache cache =
        TensorCache.builder("flowers").store(store -> store.directory(cacheDirectory)).build()) {
      CachedFunction<HostTensor> squares =
          cache
              .function("squares", Fingerprint.version("1"), HostTensor.adapter())
              .persisting(true)
              .wrap(this::slowSquares);
      List<HostTensor> batches = List.of(HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}}));
      // begin: store-java
      squares.warm(batches, done -> System.out.println(done)); // computes what is missing
      RowStore store = cache.store(); // without a cache: RowStore.open(directory, "flowers")
      store.functions().forEach(System.out::println); // rows, bytes and age, by fingerprint
      Verification found = store.verify(rows -> {});
      store.exportRows("squares", null, ExportFormat.SAFETENSORS, exportDirectory, rows -> {});
      // end: store-java
      assertEquals(2, found.sound());
      assertEquals(2, rows.get());
      assertEquals(1, store.functions().size());
    }
  }

  @Test
  void theReadmeShowsThisProgram() throws Exception {
    ReadmeRegions.assertShown(
        "store-java", "src/test/java/io/tensorcache/ReadmeTest.java", "../README.md");
    ReadmeRegions.assertShown(
        "hello-java", "src/test/java/io/tensorcache/ReadmeTest.java", "../README.md");
  }
}
