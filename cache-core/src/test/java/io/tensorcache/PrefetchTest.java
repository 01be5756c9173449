package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.rowsOf;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are read before a call asks for them. */
class PrefetchTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final int WIDTH = 40;

  @TempDir Path directory;
  private final Counted features = Counted.features(WIDTH);
  private final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  private final HostTensor x = batch(0, 60, 6);
  private final HostTensor expected = Counted.featuresOf(x, WIDTH, 1);

  /** Nothing but the store. */
  private TensorCache open() {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofBytes(0))
        .listener(failures::add)
        .store(store -> store.directory(directory))
        .build();
  }

  private CachedFunction<HostTensor> function(TensorCache cache, FingerprintSource of) {
    return cache.function("f", of, HOST).persisting(true).wrap(features);
  }

  private void fill() {
    try (TensorCache cache = open()) {
      function(cache, V1).apply(x);
    }
  }

  private static long hits(TensorCache cache, Tier tier) {
    return cache.stats().hitsByTier().get(tier);
  }

  /** Shows that what a call served was not read by the call: the files are gone by then. */
  private void damageFiles() throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("rows"))) {
      for (Path file : all.filter(path -> path.toString().endsWith(".tcs")).toList()) {
        byte[] zeros = new byte[(int) Files.size(file) - 64];
        try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
          channel.position(64).write(java.nio.ByteBuffer.wrap(zeros));
        }
      }
    }
  }

  /** Returns when the thread that reads ahead has nothing to do. */
  private static void awaitIdle() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> each.getKey().getName().equals("tensorcache-prefetch-rows"))
        .noneMatch(each -> Stream.of(each.getValue()).anyMatch(PrefetchTest::isWaiting))) {
      assertTrue(System.nanoTime() < end, "still reading");
      Thread.onSpinWait();
    }
  }

  private static boolean isWaiting(StackTraceElement frame) {
    return frame.getMethodName().equals("getTask");
  }

  @Test
  void theNextCallFindsTheRowsInMemory() throws IOException {
    fill();
    try (TensorCache cache = open()) {
      var cached = function(cache, V1);
      HostTensor some = rowsOf(x, 5, 3, 5, 40, 7);
      cached.prefetch(some);
      awaitIdle();
      damageFiles();
      assertTrue(sameBits(rowsOf(expected, 5, 3, 5, 40, 7), cached.apply(some)));
      assertEquals(4, hits(cache, Tier.DURABLE));
      assertEquals(List.of(), failures);
      assertEquals(60, features.rows.get(), "nothing was computed again");
      assertEquals(1, cache.stats().duplicates());
      assertTrue(sameBits(rowsOf(expected, 5, 3, 5, 40, 7), cached.apply(some)));
      assertEquals(64, features.rows.get(), "served once, then read: damaged, computed");
    }
  }

  @Test
  void anyMixOfStoredAndMissingRowsIsRight() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    HostTensor all = batch(0, 200, 6);
    HostTensor right = Counted.featuresOf(all, WIDTH, 1);
    try (TensorCache cache = open()) {
      var cached = function(cache, V1);
      for (int i = 0; i < 300; i++) {
        int[] rows = random.ints(1 + random.nextInt(12), 0, 200).toArray();
        HostTensor next = rowsOf(all, rows);
        if (random.nextInt(4) > 0) {
          cached.prefetch(next);
        }
        if (random.nextInt(10) == 0) {
          cache.flush();
        }
        if (random.nextInt(30) == 0) {
          cache.clear();
        }
        assertTrue(sameBits(rowsOf(right, rows), cached.apply(next)), "seed " + seed);
      }
      assertEquals(List.of(), failures, "seed " + seed);
    }
  }

  @Test
  void rowsOfTheDiskTierAreReadAheadToo() {
    Counted wide = Counted.features(2000);
    try (TensorCache cache =
        TensorCache.builder("disk")
            .heap(ByteSize.ofKiB(64))
            .disk(ByteSize.ofMiB(16), directory)
            .build()) {
      var cached = cache.wrap("f", V1, HOST, wide);
      HostTensor first = cached.apply(x);
      for (int epoch = 0; epoch < 3; epoch++) {
        cached.prefetch(x);
        assertTrue(sameBits(first, cached.apply(x)));
      }
      assertEquals(60, wide.rows.get());
      assertTrue(hits(cache, Tier.DISK) >= 3 * 50, cache.stats().toString());
      assertEquals(180, cache.stats().hits());
    }
  }

  @Test
  void changedWeightsAreNotServedWhatWasReadBefore() {
    fill();
    Fingerprint[] now = {V1};
    try (TensorCache cache = open()) {
      var cached = function(cache, () -> now[0]);
      cached.prefetch(x);
      now[0] = Fingerprint.version("2");
      cached.apply(x);
      assertEquals(120, features.rows.get());
      assertEquals(0, cache.stats().hits());
      now[0] = V1;
      assertTrue(sameBits(expected, cached.apply(x)));
      assertEquals(120, features.rows.get());
    }
  }

  @Test
  void whatWasRemovedMeanwhileIsNotServed() {
    fill();
    try (TensorCache cache = open()) {
      var cached = function(cache, V1);
      cached.prefetch(x);
      awaitIdle();
      cache.clear();
      assertTrue(sameBits(expected, cached.apply(x)));
      assertEquals(120, features.rows.get(), "cleared: computed again");
    }
  }

  @Test
  void narrowRowsAndSeveralOutputsComeBackAsTheyWould() {
    TensorOperation<HostTensor> two =
        inputs ->
            Outputs.<HostTensor>none()
                .and("a", features.apply(inputs.tensor(0)))
                .and("b", Counted.featuresOf(inputs.tensor(0), 3, 2));
    for (int run = 0; run < 2; run++) {
      try (TensorCache cache = open()) {
        var cached =
            cache
                .function("two", V1, HOST)
                .persisting(true)
                .storeAs(DType.FLOAT16)
                .wrapOperation(two);
        Inputs<HostTensor> inputs = Inputs.of(x);
        cached.prefetch(inputs);
        var first = cached.apply(inputs);
        cached.prefetch(inputs);
        var second = cached.apply(inputs);
        assertTrue(sameBits(first.tensor(0), second.tensor(0)));
        assertTrue(sameBits(first.tensor(1), second.tensor(1)));
      }
    }
    assertEquals(60, features.rows.get());
  }

  @Test
  void isNothingWithoutDiskAndStore() {
    try (TensorCache cache = TensorCache.builder("memory").build()) {
      var cached = cache.wrap("f", V1, HOST, features);
      cached.prefetch(x);
      assertEquals(0, cache.stats().keyNanos(), "not even keys");
      cached.apply(x);
      assertEquals(60, features.rows.get());
    }
  }

  @Test
  @SuppressWarnings("try") // closed early
  void whatGoesWrongIsToldAndNotThrown() {
    try (TensorCache cache = open()) {
      FingerprintSource refuses =
          () -> {
            throw new IllegalStateException("in training mode");
          };
      function(cache, refuses).prefetch(x);
      assertEquals(1, failures.size());
      assertTrue(failures.get(0).getMessage().contains("in training mode"));
      assertEquals(1, cache.stats().failures());
    }
    fill();
    try (TensorCache cache = open()) {
      damageFilesQuietly();
      var cached = function(cache, V1);
      cached.prefetch(x);
      assertTrue(sameBits(expected, cached.apply(x)));
      assertTrue(failures.size() > 1, "told");
      var closed = cached;
      cache.close();
      assertThrows(IllegalStateException.class, () -> closed.prefetch(x));
    }
  }

  private void damageFilesQuietly() {
    try {
      damageFiles();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void moreThanMayWaitIsForgottenAndReadByTheCalls() {
    fill();
    try (TensorCache cache = open()) {
      var cached = function(cache, V1);
      for (int i = 0; i < 60; i++) {
        cached.prefetch(rowsOf(x, i));
      }
      for (int i = 0; i < 60; i++) {
        assertTrue(sameBits(rowsOf(expected, i), cached.apply(rowsOf(x, i))));
      }
      assertEquals(60, hits(cache, Tier.DURABLE));
      assertEquals(60, features.rows.get());
    }
  }

  @Test
  void anEpochOverAnIterableStaysOneStepAhead() {
    fill();
    try (TensorCache cache = open()) {
      var cached = function(cache, V1);
      List<Integer> asked = new ArrayList<>();
      Iterable<HostTensor> source =
          () ->
              IntStream.range(0, 6)
                  .peek(asked::add)
                  .mapToObj(i -> rowsOf(x, 10 * i, 10 * i + 1, 10 * i + 9))
                  .iterator();
      for (int epoch = 0; epoch < 2; epoch++) {
        int step = 0;
        asked.clear();
        for (HostTensor next : cached.prefetching(source)) {
          assertTrue(asked.size() <= step + 3, "a stream asks for one more itself: " + asked);
          HostTensor right = rowsOf(expected, 10 * step, 10 * step + 1, 10 * step + 9);
          assertTrue(sameBits(right, cached.apply(next)));
          step++;
        }
        assertEquals(6, step);
      }
      assertEquals(36, hits(cache, Tier.DURABLE));
      Iterator<HostTensor> none = cached.prefetching(List.<HostTensor>of()).iterator();
      assertFalse(none.hasNext());
      assertThrows(java.util.NoSuchElementException.class, none::next);
    }
  }

  @Test
  void aSecondHitInTheStoreMovesARowToMemoryIfThereIsRoom() {
    fill();
    try (TensorCache cache =
        TensorCache.builder("rows")
            .heap(ByteSize.ofBytes(30 * (WIDTH * 4 + 256)))
            .store(store -> store.directory(directory))
            .build()) {
      var cached = function(cache, V1);
      for (int epoch = 0; epoch < 4; epoch++) {
        assertTrue(sameBits(expected, cached.apply(x)));
      }
      // 60, 60 (and 30 move), 30, 30
      assertEquals(180, hits(cache, Tier.DURABLE), cache.stats().toString());
      assertEquals(60, hits(cache, Tier.HEAP));
      assertEquals(0, cache.stats().evictions(), "never at another's expense");
      assertEquals(30, cache.stats().functions().get(0).rowsInMemory());
      cache.reset();
      assertTrue(sameBits(expected, cached.apply(x)));
      assertEquals(60, features.rows.get());
    }
  }
}
