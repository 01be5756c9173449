package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Persisting rows when processes are killed and directories vanish. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PersistingFailuresTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final int BATCH = 50;

  @TempDir Path directory;

  private static TensorCacheBuilder builder(Path directory) {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofMiB(1))
        .store(
            store ->
                store.directory(directory).limit(ByteSize.ofMiB(256)).segment(ByteSize.ofKiB(256)));
  }

  private static CachedFunction<HostTensor> persisting(TensorCache cache, Counted function) {
    return cache.function("f", V1, HOST).persisting(true).wrap(function);
  }

  /** Stores batches for ever and says which are acknowledged. */
  static final class Child {
    public static void main(String[] args) {
      TensorCache cache = builder(Path.of(args[0])).build();
      var cached = persisting(cache, Counted.features(100));
      for (int i = 0; ; i++) {
        cached.apply(batch(i * BATCH, BATCH, 3));
        if (i % 3 == 0 && cache.flush()) {
          System.out.println((i + 1) * BATCH);
        }
      }
    }
  }

  @Test
  void aKilledProcessLosesNoAcknowledgedRow() throws IOException, InterruptedException {
    for (int round = 1; round <= 3; round++) {
      Path parent = directory.resolve("round" + round);
      int acknowledged = runAndKill(parent, 10 * round);
      Counted features = Counted.features(100);
      try (TensorCache cache = builder(parent).build()) {
        HostTensor x = batch(0, acknowledged, 3);
        HostTensor found = persisting(cache, features).apply(x);
        assertEquals(0, features.rows.get(), "of " + acknowledged + " rows");
        assertTrue(sameBits(Counted.featuresOf(x, 100, 1), found));
        assertEquals(0, cache.stats().failures());
      }
    }
  }

  private static int runAndKill(Path parent, int lines) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int acknowledged = 0;
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < lines; i++) {
        acknowledged = Integer.parseInt(out.readLine());
      }
      child.destroyForcibly();
      assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child ends");
    } finally {
      child.destroyForcibly();
    }
    return acknowledged;
  }

  private static void deleteAll(Path root) throws IOException {
    List<Path> paths;
    try (Stream<Path> all = Files.walk(root)) {
      paths = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  @Test
  void aDirectoryThatVanishesBreaksNoCall() throws IOException {
    Counted features = Counted.features(5000);
    try (TensorCache cache = builder(directory.resolve("gone")).build()) {
      var cached = persisting(cache, features);
      cached.apply(batch(0, BATCH, 3));
      assertTrue(cache.flush());
      deleteAll(directory.resolve("gone"));
      boolean complete = true;
      for (int i = 1; i < 10; i++) {
        HostTensor x = batch(i * BATCH, BATCH, 3);
        assertTrue(sameBits(Counted.featuresOf(x, 5000, 1), cached.apply(x)));
        complete &= cache.flush();
      }
      cache.reset();
      HostTensor x = batch(0, BATCH, 3);
      assertTrue(sameBits(Counted.featuresOf(x, 5000, 1), cached.apply(x)));
      assertFalse(complete);
      assertTrue(cache.stats().failures() > 0);
      cache.clear();
    }
  }

  @Test
  void aListenerMayUseAndCloseTheCache() throws Exception {
    AtomicReference<@Nullable TensorCache> itself = new AtomicReference<>();
    AtomicInteger told = new AtomicInteger();
    CountDownLatch returned = new CountDownLatch(1);
    TensorCache cache =
        builder(directory.resolve("gone"))
            .listener(
                failure -> {
                  TensorCache own = itself.get();
                  if (own != null && told.getAndIncrement() == 0) {
                    persisting(own, Counted.features(5000)).apply(batch(-BATCH, BATCH, 3));
                    assertFalse(own.flush());
                    own.reset();
                    own.clear();
                    own.close();
                    returned.countDown();
                  }
                })
            .build();
    itself.set(cache);
    var cached = persisting(cache, Counted.features(5000));
    deleteAll(directory.resolve("gone"));
    // pausing for it lets the store tell most failures on its own thread
    for (int i = 0; i < 1000 && !returned.await(20, TimeUnit.MILLISECONDS); i++) {
      try {
        cached.apply(batch(i * 5, 5, 3));
      } catch (IllegalStateException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.getMessage());
      }
    }
    cache.close();
    assertEquals(0, returned.getCount());
  }

  @Test
  void callsUnderWayWhileTheCacheClosesReturnRightRows() throws Exception {
    for (int round = 0; round < 10; round++) {
      TensorCache cache = builder(directory).build();
      var cached = persisting(cache, Counted.features(50));
      List<Throwable> wrong = new ArrayList<>();
      CountDownLatch warm = new CountDownLatch(10 + round);
      Thread caller =
          new Thread(
              () -> {
                try {
                  for (int i = 0; ; i++) {
                    HostTensor x = batch(i % 20, BATCH, 3);
                    if (!sameBits(Counted.featuresOf(x, 50, 1), cached.apply(x))) {
                      wrong.add(new AssertionError("other rows"));
                    }
                    warm.countDown();
                  }
                } catch (IllegalStateException e) {
                  if (!String.valueOf(e.getMessage()).contains("is closed")) {
                    wrong.add(e);
                  }
                } catch (RuntimeException | Error e) {
                  wrong.add(e);
                }
              });
      caller.start();
      assertTrue(warm.await(60, TimeUnit.SECONDS), "the caller ended early: " + wrong);
      cache.close();
      caller.join();
      assertEquals(List.of(), wrong);
      assertEquals(0, cache.stats().failures());
    }
  }

  private static Set<Path> temporaryDirectories() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Stream<Path> all = Files.list(parent)) {
      return Set.copyOf(all.filter(path -> Files.isDirectory(path.resolve("only-here"))).toList());
    }
  }

  @Test
  void aTemporaryDirectoryGoesWithTheCache() throws IOException {
    Counted features = Counted.features(5);
    Set<Path> before = temporaryDirectories();
    for (int run = 0; run < 2; run++) {
      try (TensorCache cache =
          TensorCache.builder("only-here").heap(ByteSize.ofMiB(1)).store(store -> {}).build()) {
        persisting(cache, features).apply(batch(0, 5, 3));
        assertTrue(cache.flush());
        assertEquals(before.size() + 1, temporaryDirectories().size());
      }
      assertEquals(before, temporaryDirectories());
    }
    assertEquals(10, features.rows.get());
  }
}
