package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.HostTensor;
import java.lang.ref.WeakReference;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that each load the library for themselves in threads that live on, as in a server:
 * nothing of it stays after the last close.
 */
class CollectedLoadersTest {
  private static final int LOADERS = 5; // of four kinds: 20
  private static final int LOADERS_AT_NIGHT = 20;

  @TempDir Path directory;

  /** Lives once in each class loader. */
  public static final class Program {
    record Mean(HostTensor mean, int count) {}

    private Program() {}

    /** Uses the parts that {@code kind} names, with hits and misses, and closes all. */
    public static void use(Path directory, String kind) {
      TensorCacheBuilder builder = TensorCache.builder("flowers").heap(ByteSize.ofKiB(16));
      if (kind.contains("lz4")) {
        builder.compression(Compression.LZ4);
      }
      builder.keyBackend(kind.contains("native") ? KeyBackend.NATIVE : KeyBackend.JAVA);
      if (kind.contains("off-heap")) {
        builder.offHeap(ByteSize.ofMiB(2));
      }
      if (kind.contains("disk")) {
        builder.disk(ByteSize.ofMiB(16), directory);
      }
      if (kind.contains("store")) {
        builder.store(store -> store.directory(directory).compression(Compression.LZ4));
      }
      try (TensorCache cache = builder.build()) {
        boolean isPersisting = kind.contains("store");
        useFunction(cache, isPersisting);
        if (kind.contains("scope")) {
          useScope(cache, isPersisting);
        }
      }
      if (kind.contains("native")) {
        Pointer.interruptDeallocatorThread(); // as docs/design.md asks of a program that unloads
      }
    }

    private static void useFunction(TensorCache cache, boolean isPersisting) {
      CachedFunction<HostTensor> same = same(cache, isPersisting);
      HostTensor x = HostTensor.ofLongs(LongStream.range(0, 64 * 512).toArray(), 64, 512);
      HostTensor y = HostTensor.ofLongs(new long[64 * 512], 64, 512);
      for (int i = 0; i < 3; i++) {
        same.prefetch(x);
        same.apply(x);
        same(cache, isPersisting).apply(y);
        cache.flush();
      }
    }

    private static CachedFunction<HostTensor> same(TensorCache cache, boolean isPersisting) {
      return cache
          .function("same", Fingerprint.version("1"), HostTensor.adapter())
          .persisting(isPersisting)
          .wrap(x -> x);
    }

    private static void useScope(TensorCache cache, boolean isPersisting) {
      for (int i = 0; i < 3; i++) {
        cache
            .scopeBuilder("means", HostTensor.adapter())
            .fingerprint(Fingerprint.version("1"))
            .maxBytes(ByteSize.ofMiB(1))
            .open()
            .entry("mean", Mean.class)
            .persisting(isPersisting)
            .get(() -> new Mean(HostTensor.ofFloats(new float[4], 4), 4));
      }
    }
  }

  /** Uses the library in a class loader of its own, and leaves no reference to it. */
  private WeakReference<ClassLoader> use(String kind) throws Exception {
    try (URLClassLoader loader = FreshLoader.make()) {
      FreshLoader.call(
          loader,
          () ->
              loader
                  .loadClass(Program.class.getName())
                  .getMethod("use", Path.class, String.class)
                  .invoke(null, directory, kind));
      return new WeakReference<>(loader);
    }
  }

  private void useAll(String kind, int count) throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      loaders.add(use(kind));
    }
    Garbage.collectUntil(() -> loaders.stream().allMatch(loader -> loader.get() == null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"heap", "heap off-heap disk lz4", "heap store scope"})
  void collectsLoadersAfterTheLastClose(String kind) throws Exception {
    useAll(kind, LOADERS);
  }

  @ParameterizedTest
  @Tag("nightly")
  @ValueSource(strings = {"heap", "heap off-heap disk lz4", "heap store scope", "heap native"})
  void collectsManyLoaders(String kind) throws Exception {
    useAll(kind, LOADERS_AT_NIGHT);
  }

  @Test
  @RequiresNative
  void collectsLoadersOfTheNativeLibrary() throws Exception {
    useAll("heap native", LOADERS);
  }

  @Test
  void collectsTwoLoadersThatWereUsedAtOnce() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<WeakReference<ClassLoader>>> uses = new ArrayList<>();
      for (String kind : List.of("heap off-heap disk lz4", "heap store scope")) {
        uses.add(
            threads.submit(
                () -> {
                  both.countDown();
                  both.await();
                  return use(kind);
                }));
      }
      List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
      for (Future<WeakReference<ClassLoader>> use : uses) {
        loaders.add(use.get());
      }
      Garbage.collectUntil(() -> loaders.stream().allMatch(loader -> loader.get() == null));
    } finally {
      threads.shutdown();
    }
  }
}
