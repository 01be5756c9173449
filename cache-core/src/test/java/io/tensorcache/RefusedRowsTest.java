package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.call.InFlight;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half of the rows find no room in a full tier: what else a cache promises holds for them too. */
class RefusedRowsTest {
  private static final int ROWS = 400;
  private static final int BATCH = 20;
  private static final int WIDTH = 128;
  private static final ByteSize ROOM = ByteSize.ofKiB(150);

  @TempDir Path directory;
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AtomicLong computed = new AtomicLong();

  @AfterEach
  void nothingIsTold() {
    assertEquals(List.of(), told);
  }

  private TensorCacheBuilder builder() {
    return TensorCache.builder("full").heap(ROOM).listener(failure -> told.add(failure.toString()));
  }

  private FunctionBuilder<HostTensor> function(TensorCache cache) {
    return cache.function("f", Fingerprint.version("1"), HostTensor.adapter()).probing(false);
  }

  private HostTensor negated(HostTensor x) {
    computed.addAndGet(x.spec().dim(0));
    float[] values = x.floats();
    for (int i = 0; i < values.length; i++) {
      values[i] = -values[i];
    }
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  private static List<HostTensor> epoch() {
    List<HostTensor> batches = new ArrayList<>();
    for (int from = 0; from < ROWS; from += BATCH) {
      float[] values = new float[BATCH * WIDTH];
      for (int i = 0; i < values.length; i++) {
        values[i] = 1 + from * WIDTH + i;
      }
      batches.add(HostTensor.ofFloats(values, BATCH, WIDTH));
    }
    return batches;
  }

  private static void assertNegated(HostTensor x, HostTensor y) {
    float[] expected = x.floats();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = -expected[i];
    }
    assertArrayEquals(expected, y.floats());
  }

  private static void epochs(CachedFunction<HostTensor> f, int count) {
    for (int i = 0; i < count; i++) {
      for (HostTensor batch : epoch()) {
        assertNegated(batch, f.apply(batch));
      }
    }
  }

  @Test
  void hitsAreVerifiedAndRefusedRowsAreNone() {
    try (TensorCache cache = builder().build()) {
      epochs(function(cache).verifying(1).wrap(this::negated), 4);
      CacheStats stats = cache.stats();
      assertTrue(stats.rowsRefused() > ROWS / 2, stats.toString());
      assertEquals(stats.hits(), stats.rowsVerified());
      assertEquals(0, stats.mismatches());
      assertEquals(4 * ROWS, stats.hits() + stats.misses());
    }
  }

  /** They are read ahead from the store, whether or not the memory takes them. */
  @Test
  void batchesAreReadAheadOfTheStore() {
    try (TensorCache cache = builder().store(store -> store.directory(directory)).build()) {
      CachedFunction<HostTensor> f = function(cache).persisting(true).wrap(this::negated);
      epochs(f, 1);
      assertTrue(cache.flush());
      for (int i = 0; i < 4; i++) {
        List<HostTensor> batches = epoch();
        int at = 0;
        for (HostTensor batch : f.prefetching(batches)) {
          assertNegated(batches.get(at++), f.apply(batch));
        }
        assertEquals(batches.size(), at);
      }
      assertEquals(ROWS, computed.get());
    }
  }

  @Test
  void whatIsTooOldIsComputedAnew() {
    AtomicLong now = new AtomicLong(1_800_000_000_000L);
    TensorCacheBuilder timed =
        builder().store(store -> store.directory(directory).timeToLive(Duration.ofHours(1)));
    try (TensorCache model = timed.build();
        TensorCache cache =
            new TensorCache(
                new CacheCore(
                    model.config(),
                    RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null),
                    null,
                    new InFlight(Duration.ofSeconds(30)),
                    () -> Instant.ofEpochMilli(now.get())))) {
      CachedFunction<HostTensor> f = function(cache).persisting(true).wrap(this::negated);
      epochs(f, 3);
      assertEquals(ROWS, computed.get());
      now.addAndGet(Duration.ofHours(2).toMillis());
      epochs(f, 3);
      assertEquals(2 * ROWS, computed.get());
    }
  }

  /** In memory alone it is not done while rows are refused; a second one computes these again. */
  @Test
  void aWarmUpComputesThemAgain() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<HostTensor> f = function(cache).wrap(this::negated);
      WarmUp first = f.warm(epoch(), done -> {});
      assertEquals(ROWS, first.computed());
      WarmUp second = f.warm(epoch(), done -> {});
      long refused = cache.stats().rowsRefused();
      assertTrue(refused > 0 && second.computed() >= refused / 2, second + ", refused " + refused);
      assertEquals(ROWS, second.computed() + second.found());
    }
  }

  @Test
  void theLimitHoldsAtEveryInstantWhileThreadsAskForThem() throws Exception {
    try (TensorCache cache = builder().build()) {
      CachedFunction<HostTensor> f = function(cache).wrap(this::negated);
      AtomicBoolean isOver = new AtomicBoolean();
      AtomicLong beyond = new AtomicLong();
      Thread monitor =
          new Thread(
              () -> {
                while (!isOver.get()) {
                  long bytes = cache.stats().tiers().get(0).bytes().bytes();
                  beyond.addAndGet(bytes > ROOM.bytes() ? 1 : 0);
                }
              });
      monitor.start();
      List<Thread> threads = new ArrayList<>();
      List<Throwable> thrown = new CopyOnWriteArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread = new Thread(() -> epochs(f, 15));
        thread.setUncaughtExceptionHandler((of, e) -> thrown.add(e));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      isOver.set(true);
      monitor.join();
      assertEquals(List.of(), thrown);
      assertEquals(0, beyond.get());
      CacheStats stats = cache.stats(); // the gate may be open: each row is asked for four times
      assertTrue(stats.rowsRefused() + stats.evictions() > ROWS, stats.toString());
    }
  }
}
