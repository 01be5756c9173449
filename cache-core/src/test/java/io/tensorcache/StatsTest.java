package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the statistics say is what happened. */
@Timeout(120)
class StatsTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  @Test
  void rowsThatWaitedForAnotherThreadAreServed() throws Exception {
    int calls = 200;
    int distinct = 10;
    ExecutorService pool = Executors.newFixedThreadPool(calls);
    try (TensorCache cache = TensorCache.builder("waited").heap(ByteSize.ofMiB(4)).build()) {
      Counted features = Counted.features(4);
      CountDownLatch here = new CountDownLatch(calls);
      CachedFunction<HostTensor> cached =
          cache.wrap(
              "f",
              V1,
              HOST,
              x -> {
                here.await(); // all have asked, or are about to
                return features.apply(x);
              });
      HostTensor x = Counted.batch(0, distinct, 3);
      List<Future<HostTensor>> results = new ArrayList<>();
      for (int call = 0; call < calls; call++) {
        HostTensor row = Counted.rowsOf(x, call % distinct);
        results.add(
            pool.submit(
                () -> {
                  here.countDown();
                  return cached.apply(row);
                }));
      }
      for (Future<HostTensor> result : results) {
        result.get();
      }
      CacheStats stats = cache.stats();
      assertEquals(distinct, stats.rowsComputed());
      assertEquals(distinct, stats.misses(), stats::toString);
      assertEquals(calls - distinct, stats.hits() + stats.waited(), stats::toString);
      assertEquals(0.95, stats.hitRate(), 1e-9);
      FunctionStats function = stats.functions().get(0);
      assertEquals(stats.waited(), function.waited());
      assertEquals(stats.hits(), function.hits());
      assertTrue(stats.toString().contains("served 190 of 200 rows (95.0 %)"), stats::toString);
    } finally {
      pool.shutdownNow();
      assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
    }
  }

  private static TensorCache withStore(Path directory) {
    return TensorCache.builder("warm")
        .heap(ByteSize.ofMiB(1))
        .store(store -> store.directory(directory))
        .build();
  }

  private static CachedFunction<HostTensor> persisting(
      TensorCache cache, Fingerprint fingerprint, TensorFunction<HostTensor> function) {
    return cache.function("f", fingerprint, HOST).persisting(true).wrap(function);
  }

  private static HostTensor slow(HostTensor x) {
    long end = System.nanoTime() + 2_000_000 * x.spec().dim(0);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return Counted.featuresOf(x, 4, 1);
  }

  @Test
  void aSecondProgramOnAWarmStoreKnowsWhatItSaved(@TempDir Path directory) {
    HostTensor x = Counted.batch(0, 50, 3);
    try (TensorCache cache = withStore(directory)) {
      persisting(cache, V1, StatsTest::slow).apply(x);
    }
    try (TensorCache cache = withStore(directory)) {
      CacheStats before = cache.stats();
      CachedFunction<HostTensor> cached = persisting(cache, V1, StatsTest::slow);
      for (int epoch = 0; epoch < 10; epoch++) {
        cached.apply(x);
      }
      CacheStats stats = cache.stats();
      assertEquals(0, stats.rowsComputed());
      assertEquals(500, stats.hits());
      assertTrue(stats.functions().get(0).rowNanos().getAsDouble() >= 2_000_000, stats::toString);
      double spent = stats.keyNanos() + stats.loadNanos() + stats.storeNanos();
      assertTrue(stats.saved().orElseThrow().toNanos() >= 500 * 2e6 - spent - 1, stats::toString);
      assertEquals(stats.savedNanos(), stats.since(before).savedNanos());
    }
  }

  @Test
  void whatNobodyMeasuredIsUnknown(@TempDir Path directory) throws IOException {
    HostTensor x = Counted.batch(0, 5, 3);
    try (TensorCache cache = withStore(directory)) {
      persisting(cache, V1, StatsTest::slow).apply(x);
    }
    Path notes = directory.resolve("warm/functions.tcf");
    byte[] bytes = Files.readAllBytes(notes);
    for (int at : new int[] {0, 9, 20, bytes.length - 1}) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      Files.write(notes, damaged);
      try (TensorCache cache = withStore(directory)) {
        CachedFunction<HostTensor> cached = persisting(cache, V1, StatsTest::slow);
        assertTrue(cache.stats().saved().isPresent(), "no hit: nothing was saved");
        cached.apply(x);
        CacheStats stats = cache.stats();
        assertEquals(5, stats.hits());
        assertTrue(stats.saved().isEmpty(), stats::toString);
        assertTrue(stats.toString().contains("saved unknown"), stats::toString);
        assertEquals(0, stats.failures());
        cached.apply(Counted.batch(100 + at, 1, 3));
        assertTrue(cache.stats().saved().isPresent(), "one row was computed");
      }
    }
  }

  @Test
  void notesOfSeveralFunctionsAndProcessesAreKept(@TempDir Path directory) {
    HostTensor x = Counted.batch(0, 2, 3);
    try (TensorCache one = withStore(directory);
        TensorCache two = withStore(directory)) {
      persisting(one, V1, StatsTest::slow).apply(x);
      persisting(two, Fingerprint.version("2"), StatsTest::slow).apply(x);
    }
    for (String version : List.of("1", "2")) {
      try (TensorCache cache = withStore(directory)) {
        persisting(cache, Fingerprint.version(version), StatsTest::slow).apply(x);
        assertEquals(2, cache.stats().hits());
        assertTrue(cache.stats().saved().isPresent());
      }
    }
    try (TensorCache cache = withStore(directory)) {
      cache.clear();
    }
    assertEquals(16, directory.resolve("warm/functions.tcf").toFile().length(), "a head only");
  }

  @Test
  void theWordsSayWhatIsCounted() {
    try (TensorCache cache = TensorCache.builder("words").heap(ByteSize.ofMiB(4)).build()) {
      cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 4, 1)).apply(Counted.batch(0, 2, 3));
      Scope<HostTensor> scope = cache.scope("scope", HOST);
      scope.child("child").get("n", () -> Counted.batch(0, 2, 2));
      scope.child("child").get("n", () -> Counted.batch(0, 2, 2));
      CacheStats stats = cache.stats();
      assertEquals(1, stats.scopes().hits());
      assertEquals(1, stats.scopes().misses());
      assertEquals(1, stats.scopes().entries());
      assertEquals(16, stats.scopes().bytes());
      assertEquals(0, stats.hits());
      assertTrue(stats.toString().contains("f: hits 0, waited 0, misses 2, rows in memory 2"));
      assertTrue(stats.toString().contains("scopes: hits 1, misses 1, evicted 0, entries 1"));
    }
  }
}
