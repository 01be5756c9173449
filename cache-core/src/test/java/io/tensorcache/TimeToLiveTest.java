package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.call.InFlight;
import io.tensorcache.internal.durable.SteadyClock;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is older than the store's time to live is served from nowhere. */
class TimeToLiveTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final HostTensor X = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});

  private static final long START = 1_800_000_000_000L;

  @TempDir Path directory;
  private final AtomicLong now = new AtomicLong(START);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
  private final AtomicInteger computed = new AtomicInteger();

  private TensorCache cache(UnaryOperator<TensorCacheBuilder> tiers) {
    return cache(tiers, clock);
  }

  private TensorCache cache(UnaryOperator<TensorCacheBuilder> tiers, InstantSource clock) {
    TensorCacheBuilder builder =
        TensorCache.builder("t").store(store -> store.directory(directory).timeToLive(HOUR));
    try (TensorCache model = tiers.apply(builder).build()) {
      RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
      InFlight inFlight = new InFlight(Duration.ofSeconds(30));
      return new TensorCache(new CacheCore(model.config(), keys, null, inFlight, clock));
    }
  }

  private TensorCache cache() {
    return cache(builder -> builder.heap(ByteSize.ofMiB(4)));
  }

  private CachedFunction<HostTensor> function(TensorCache cache) {
    return cache
        .function("f", Fingerprint.version("1"), HostTensor.adapter())
        .persisting(true)
        .probing(false)
        .wrap(
            x -> {
              computed.addAndGet((int) x.spec().dim(0));
              float[] values = x.floats();
              values[0] += now.get() / 1000 - START / 1000; // of a world that changes
              return HostTensor.ofFloats(values, x.spec().shape());
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"HEAP", "OFF_HEAP"})
  void aRowGrowsOldWhenTheClockIsSetBack(Tier tier) {
    ByteSize size = ByteSize.ofMiB(4);
    AtomicLong nanos = new AtomicLong();
    InstantSource steady = new SteadyClock(now::get, nanos::get);
    try (TensorCache cache =
        cache(builder -> tier == Tier.HEAP ? builder.heap(size) : builder.offHeap(size), steady)) {
      CachedFunction<HostTensor> f = function(cache);
      f.apply(X);
      cache.flush();
      now.addAndGet(-Duration.ofDays(1).toMillis());
      nanos.addAndGet(HOUR.toNanos() - 1_000_000);
      f.apply(X);
      assertEquals(2, computed.get());
      nanos.addAndGet(1_000_001_000_000L); // the index of the store counts seconds
      f.apply(X);
      assertEquals(4, computed.get());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HEAP", "OFF_HEAP"})
  void aRowInMemoryIsComputedAgainWhenItIsTooOld(Tier tier) {
    ByteSize size = ByteSize.ofMiB(4);
    try (TensorCache cache =
        cache(builder -> tier == Tier.HEAP ? builder.heap(size) : builder.offHeap(size))) {
      CachedFunction<HostTensor> f = function(cache);
      float first = f.apply(X).floats()[0];
      cache.flush(); // what is queued has no age yet
      now.addAndGet(HOUR.toMillis() - 1);
      assertEquals(first, f.apply(X).floats()[0]);
      assertEquals(2, cache.stats().hitsByTier().get(tier));
      assertEquals(2, computed.get());
      now.addAndGet(1001); // the store counts in seconds
      assertEquals((now.get() - START) / 1000 + 1f, f.apply(X).floats()[0]);
      assertEquals(4, computed.get());
      f.apply(X);
      assertEquals(4, computed.get(), "the new rows are kept");
      assertEquals(4, cache.stats().hitsByTier().get(tier));
    }
  }

  @Test
  void aRowOfUnknownAgeStaysInTheStore() {
    try (TensorCache cache = cache()) {
      function(cache).apply(X);
    }
    now.addAndGet(HOUR.toMillis() / 2);
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> f = function(cache);
      for (int i = 0; i < 4; i++) {
        f.apply(X);
      }
      assertEquals(8, cache.stats().hitsByTier().get(Tier.DURABLE));
      assertEquals(2, computed.get());
      now.addAndGet(HOUR.toMillis());
      f.apply(X);
      assertEquals(4, computed.get());
    }
  }

  /** Else a warm-up would write old rows to the store as new ones. */
  @Test
  void aWarmUpComputesWhatIsTooOld() {
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> f = function(cache);
      f.apply(X);
      cache.flush();
      now.addAndGet(HOUR.toMillis() + 1000);
      assertEquals(2, f.warm(List.of(X), done -> {}).computed());
      assertEquals(4, computed.get());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"COPY", "STRONG"})
  void anEntryOfAScopeToo(Kind kind) {
    Retention retention = kind == Kind.COPY ? Retention.COPY : Retention.STRONG;
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache, retention);
      HostTensor first = entry(scope);
      cache.flush();
      now.addAndGet(HOUR.toMillis() - 1);
      if (kind == Kind.STRONG) {
        assertSame(first, entry(scope));
      }
      assertEquals(1, computed.get());
      now.addAndGet(1001);
      assertNull(scope.getIfPresent("K"));
      assertNotSame(first, entry(scope));
      assertEquals(2, computed.get());
    }
    now.addAndGet(HOUR.toMillis() / 2);
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache, retention);
      assertNotNull(scope.getIfPresent("K"), "the store has the second");
      now.addAndGet(HOUR.toMillis() / 2 + 1000);
      assertNull(scope.getIfPresent("K"));
    }
  }

  enum Kind {
    COPY,
    STRONG
  }

  private Scope<HostTensor> scope(TensorCache cache, Retention retention) {
    return cache
        .scopeBuilder("s", HostTensor.adapter())
        .fingerprint(Fingerprint.version("1"))
        .retention(retention)
        .clock(clock)
        .open();
  }

  private HostTensor entry(Scope<HostTensor> scope) {
    return scope
        .entry("K")
        .persisting(true)
        .get(
            () -> {
              computed.incrementAndGet();
              return HostTensor.ofFloats(new float[] {now.get()}, 1);
            });
  }
}
