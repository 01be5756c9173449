package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the README and of docs/, between their region marks, run. */
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
      squares.apply(x); // two rows, as the third is a copy; one of them again, as a probe
      squares.apply(x); // computes nothing
      System.out.println(cache.stats());
    }
    // end: hello-java
    assertEquals(3, rows.get());
  }

  private static HostTensor kernelMatrix(HostTensor x) {
    float[] a = x.floats();
    float[] k = new float[a.length * a.length];
    for (int i = 0; i < k.length; i++) {
      k[i] = (float) Math.exp(-Math.pow(a[i / a.length] - a[i % a.length], 2));
    }
    return HostTensor.ofFloats(k, a.length, a.length);
  }

  @Test
  void scopesJava() {
    HostTensor x = HostTensor.ofFloats(new float[] {1, 2, 3}, 3);
    try (TensorCache cache = TensorCache.builder("kernels").build()) {
      // begin: scopes-java
      Scope<HostTensor> scope =
          cache.scopeBuilder("kpca", HostTensor.adapter()).level(CacheLevel.LIGHT).open();
      scope.put("sample", CacheLevel.LIGHT, x);
      HostTensor k = // computed once, kept because LIGHT is at most the level of the scope
          scope.entry("K").level(CacheLevel.LIGHT).dependsOn("sample").get(() -> kernelMatrix(x));
      scope.print(); // K [light] float32[3, 3], 36 bytes, heap: tensor([[1.0000, 0.3679, ...
      scope.remove("sample"); // K goes with what it was computed from
      // end: scopes-java
      assertEquals(9, k.spec().elementCount());
      assertEquals(java.util.List.of(), scope.names());
    }
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
      assertEquals(3, rows.get()); // one of them for the probe
      assertEquals(1, store.functions().size());
    }
  }
}
