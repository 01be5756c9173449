package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.rowsOf;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.MissReason;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What persists: across caches, fingerprints, resets, evictions. */
class PersistingTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  @TempDir Path directory;

  private TensorCache open() {
    return open(ByteSize.ofMiB(1));
  }

  private TensorCache open(ByteSize heap) {
    return open(heap, WhenFull.EVICT);
  }

  private TensorCache open(ByteSize heap, WhenFull whenFull) {
    return TensorCache.builder("rows")
        .heap(heap)
        .whenFull(whenFull)
        .store(store -> store.directory(directory).limit(ByteSize.ofMiB(64)))
        .build();
  }

  private static CachedFunction<HostTensor> persisting(
      TensorCache cache, Fingerprint fingerprint, Counted function) {
    return cache.function("f", fingerprint, HOST).persisting(true).wrap(function);
  }

  private static long durableHits(TensorCache cache) {
    return cache.stats().hitsByTier().get(Tier.DURABLE);
  }

  private static TierStats durable(CacheStats stats) {
    return stats.tiers().stream()
        .filter(tier -> tier.tier() == Tier.DURABLE)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anotherCacheServesTheRowsBitForBit() {
    Counted features = Counted.features(8);
    HostTensor x = batch(0, 20, 6);
    HostTensor first;
    try (TensorCache cache = open()) {
      first = persisting(cache, V1, features).apply(x);
    }
    try (TensorCache cache = open()) {
      HostTensor mixed = rowsOf(x, 7, 3, 7, 19);
      HostTensor second = persisting(cache, V1, features).apply(x);
      assertTrue(sameBits(first, second));
      assertTrue(
          sameBits(rowsOf(first, 7, 3, 7, 19), persisting(cache, V1, features).apply(mixed)));
      assertEquals(20, features.rows.get());
      assertEquals(0, cache.stats().rowsComputed());
      assertEquals(23, durableHits(cache));
      assertEquals(23, durable(cache.stats()).hits());
      assertEquals(20, durable(cache.stats()).entries());
      assertEquals(ByteSize.ofMiB(64), durable(cache.stats()).limit());
      assertTrue(durable(cache.stats()).bytes().bytes() > 20 * 32);
      assertEquals(0, cache.stats().failures());
    }
  }

  @Test
  void computesOnlyWhatIsNeitherInMemoryNorInTheStore() {
    Counted features = Counted.features(4);
    HostTensor x = batch(0, 30, 5);
    try (TensorCache cache = open()) {
      persisting(cache, V1, features).apply(rowsOf(x, 1, 5, 9, 13, 28));
    }
    try (TensorCache cache = open()) {
      var cached = persisting(cache, V1, features);
      cached.apply(rowsOf(x, 0, 2, 29));
      assertTrue(sameBits(Counted.featuresOf(x, 4, 1), cached.apply(x)));
      assertEquals(30, features.rows.get());
      assertEquals(5, durableHits(cache));
      assertEquals(3, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(25, cache.stats().misses(MissReason.COLD));
    }
  }

  @Test
  void readsLargeBatchesOnSeveralThreads() {
    Counted features = Counted.features(20_000);
    HostTensor x = batch(0, 300, 3);
    HostTensor first;
    try (TensorCache cache = open()) {
      first = persisting(cache, V1, features).apply(x);
    }
    try (TensorCache cache = open()) {
      assertTrue(sameBits(first, persisting(cache, V1, features).apply(x)));
      assertEquals(300, durableHits(cache));
    }
  }

  @Test
  void anotherFingerprintGetsNone() {
    Counted features = Counted.features(8);
    HostTensor x = batch(0, 5, 6);
    try (TensorCache cache = open()) {
      persisting(cache, V1, features).apply(x);
    }
    try (TensorCache cache = open()) {
      persisting(cache, Fingerprint.version("2"), features).apply(x);
      assertEquals(10, features.rows.get());
      assertEquals(0, durableHits(cache));
    }
  }

  @Test
  void resetDropsWhatDoesNotPersistAndClearEverything() {
    Counted kept = Counted.features(8);
    Counted dropped = Counted.features(8);
    HostTensor x = batch(0, 5, 6);
    try (TensorCache cache = open()) {
      var persisting = persisting(cache, V1, kept);
      var other = cache.wrap("g", V1, HOST, dropped);
      persisting.apply(x);
      other.apply(x);
      cache.reset();
      persisting.apply(x);
      other.apply(x);
      assertEquals(5, kept.rows.get());
      assertEquals(10, dropped.rows.get());
      assertEquals(5, durableHits(cache));
      cache.clear();
      persisting.apply(x);
      assertEquals(10, kept.rows.get());
    }
  }

  @Test
  void rowsThatLeftMemoryAreStillServed() {
    Counted features = Counted.features(64);
    HostTensor x = batch(0, 100, 3);
    try (TensorCache cache = open(ByteSize.ofKiB(8), WhenFull.RECENT)) {
      var cached = persisting(cache, V1, features);
      for (int i = 0; i < 3; i++) {
        assertTrue(sameBits(Counted.featuresOf(x, 64, 1), cached.apply(x)));
      }
      assertEquals(100, features.rows.get());
      assertTrue(cache.stats().evictions() > 0);
      assertEquals(0, cache.stats().rowsNotAdmitted());
    }
  }

  @Test
  void rowsThatMemoryRefusedAreServedAndEnterWhenTheyAreAskedForMore() {
    Counted features = Counted.features(64);
    HostTensor x = batch(0, 100, 3);
    try (TensorCache cache = open(ByteSize.ofKiB(8))) {
      var cached = persisting(cache, V1, features);
      assertTrue(sameBits(Counted.featuresOf(x, 64, 1), cached.apply(x)));
      long inMemory = cache.stats().functions().get(0).rowsInMemory();
      assertEquals(100 - inMemory, cache.stats().rowsRefused());
      assertEquals(0, cache.stats().rowsNotAdmitted());
      for (int i = 0; i < 6; i++) {
        cached.apply(batch(90, 5, 3)); // the heap has the first rows
      }
      assertTrue(cache.stats().evictions() >= 4, cache.stats().toString());
      long before = cache.stats().hitsByTier().get(Tier.HEAP);
      cached.apply(batch(90, 5, 3));
      assertEquals(before + 5, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(inMemory, cache.stats().functions().get(0).rowsInMemory());
      assertEquals(100, features.rows.get(), "computed once each");
    }
  }

  @Test
  void aRowThatOnlyTheStoreTookIsAdmitted() {
    Counted features = Counted.features(1000);
    HostTensor x = batch(0, 3, 2);
    try (TensorCache cache = open(ByteSize.ofKiB(2))) {
      var cached = persisting(cache, V1, features);
      cached.apply(x);
      cached.apply(x);
      assertEquals(3, features.rows.get());
      assertEquals(0, cache.stats().rowsNotAdmitted());
      assertEquals(3, durableHits(cache));
    }
  }

  @Test
  void twoCachesOnOneDirectoryShareRows() {
    Counted features = Counted.features(8);
    HostTensor x = batch(0, 5, 6);
    try (TensorCache one = open();
        TensorCache two = open()) {
      persisting(one, V1, features).apply(x);
      assertTrue(one.flush());
      assertTrue(two.flush()); // looks at the directory
      persisting(two, V1, features).apply(x);
      assertEquals(5, features.rows.get());
      assertEquals(5, durableHits(two));
    }
  }

  @Test
  void severalOutputsPersistInTheirStoredType() {
    AtomicInteger calls = new AtomicInteger();
    HostTensor x = batch(0, 4, 6);
    Outputs<HostTensor> first = Outputs.none();
    for (int run = 0; run < 2; run++) {
      try (TensorCache cache = open()) {
        var cached =
            cache
                .function("pair", V1, HOST)
                .persisting(true)
                .storeAs(DType.BFLOAT16)
                .probing(false)
                .wrapOperation(
                    inputs -> {
                      calls.incrementAndGet();
                      return Outputs.<HostTensor>none()
                          .and("a", Counted.featuresOf(inputs.tensor(0), 3, 1))
                          .and("b", Counted.featuresOf(inputs.tensor(0), 5, 2));
                    });
        Outputs<HostTensor> outputs = cached.apply(Inputs.of(x));
        first = run == 0 ? outputs : first;
        assertTrue(sameBits(first.tensor("a"), outputs.tensor("a")));
        assertTrue(sameBits(first.tensor("b"), outputs.tensor("b")));
        assertEquals(4L * run, durableHits(cache));
      }
    }
    assertEquals(1, calls.get());
  }

  @Test
  void roundedRowsAreNotServedToWhoWantsThemExact() {
    HostTensor x = HostTensor.ofFloats(new float[] {1.001f, 3}, 2, 1);
    try (TensorCache cache = open()) {
      var rounded = cache.function("f", V1, HOST).persisting(true).storeAs(DType.BFLOAT16);
      assertEquals(1, rounded.wrap(in -> in).apply(x).floats()[0]);
    }
    try (TensorCache cache = open()) {
      var exact = cache.function("f", V1, HOST).persisting(true);
      assertTrue(sameBits(x, exact.wrap(in -> in).apply(x)));
    }
  }

  @Test
  void wholeTensorsPersist() {
    AtomicInteger calls = new AtomicInteger();
    for (int run = 0; run < 2; run++) {
      try (TensorCache cache = open()) {
        var sum =
            cache
                .function("sum", V1, HOST)
                .persisting(true)
                .granularity(Granularity.WHOLE)
                .wrap(
                    in -> {
                      calls.incrementAndGet();
                      return HostTensor.ofFloats(new float[] {in.floats()[0] + in.floats()[1]});
                    });
        assertEquals(3, sum.apply(HostTensor.ofFloats(new float[] {1, 2}, 2)).floats()[0]);
      }
    }
    assertEquals(1, calls.get());
  }

  @Test
  void recomputedBatchesPersist() {
    Counted features = Counted.features(8);
    HostTensor x = batch(0, 6, 6);
    int[] computed = {2, 6, 0};
    for (int run = 0; run < 3; run++) {
      try (TensorCache cache = open()) {
        var cached =
            cache
                .function("f", V1, HOST)
                .persisting(true)
                .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
                .wrap(features);
        HostTensor wanted = run == 0 ? rowsOf(x, 1, 4) : x;
        assertTrue(sameBits(Counted.featuresOf(wanted, 8, 1), cached.apply(wanted)));
        assertEquals(computed[run], cache.stats().rowsComputed());
        assertEquals(run == 1 ? 2 : 0, cache.stats().misses(MissReason.RECOMPUTED));
      }
    }
  }

  @Test
  void persistingWithoutAStoreIsRefused() {
    try (TensorCache cache = TensorCache.builder("none").heap(ByteSize.ofMiB(1)).build()) {
      var options = cache.function("f", V1, HOST).persisting(true);
      var refused = assertThrows(IllegalStateException.class, () -> options.wrap(x -> x));
      assertTrue(String.valueOf(refused.getMessage()).contains("store("), refused.getMessage());
      assertNull(cache.config().store());
      assertTrue(cache.flush());
      cache.reset();
    }
  }

  @Test
  void everyStoreOptionReachesTheConfiguration() {
    StoreConfig expected =
        new StoreConfig(
            directory,
            ByteSize.ofMiB(32),
            WhenFull.KEEP_FIRST,
            SyncPolicy.INTERVAL,
            Duration.ofSeconds(2),
            Compression.NONE,
            ByteSize.ofMiB(3),
            WhenBusy.DECLINE,
            ByteSize.ofMiB(4),
            Duration.ofDays(1));
    var builder =
        TensorCache.builder("all")
            .store(
                store ->
                    store
                        .directory(directory)
                        .limit(ByteSize.ofMiB(32))
                        .whenFull(WhenFull.KEEP_FIRST)
                        .sync(SyncPolicy.INTERVAL)
                        .interval(Duration.ofSeconds(2))
                        .compression(Compression.NONE)
                        .queue(ByteSize.ofMiB(3))
                        .whenBusy(WhenBusy.DECLINE)
                        .segment(ByteSize.ofMiB(4))
                        .timeToLive(Duration.ofDays(1)));
    assertThrows(IllegalStateException.class, () -> builder.store(store -> {}));
    try (TensorCache cache = builder.build()) {
      assertEquals(expected, cache.config().store());
    }
  }

  @Test
  void theNameMustBeThatOfADirectory() {
    var builder = TensorCache.builder("a/b").store(store -> store.directory(directory));
    assertThrows(IllegalArgumentException.class, builder::build);
    var small =
        TensorCache.builder("small")
            .store(store -> store.directory(directory).limit(ByteSize.ofKiB(1)));
    assertThrows(IllegalArgumentException.class, small::build);
    assertFalse(Files.exists(directory.resolve("small")));
  }

  @Test
  void closedCacheRefusesFlushResetAndClear() {
    TensorCache cache = open();
    cache.close();
    cache.close();
    assertThrows(IllegalStateException.class, cache::flush);
    assertThrows(IllegalStateException.class, cache::reset);
    assertThrows(IllegalStateException.class, cache::clear);
    assertEquals(0, durable(cache.stats()).entries());
    assertNotNull(cache.config().store());
  }
}
