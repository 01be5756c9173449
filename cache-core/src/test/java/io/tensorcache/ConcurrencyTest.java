package io.tensorcache;

import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.internal.call.InFlight;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ConcurrencyTest {
  private static final int THREADS = 8;
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void stop() throws InterruptedException {
    pool.shutdownNow();
    assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
  }

  private <V> List<V> onEachThread(Callable<V> task) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<V>> futures = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      futures.add(
          pool.submit(
              () -> {
                start.await();
                return task.call();
              }));
    }
    List<V> results = new ArrayList<>();
    for (Future<V> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  @Test
  void eightThreadsAndManyLookupsGiveNoWrongValue() throws Exception {
    // tiers too small for the working set: rows are evicted, demoted, promoted and computed again
    // all the time
    try (TensorCache cache =
        TensorCache.builder("hammer").heap(ByteSize.ofKiB(16)).offHeap(ByteSize.ofMiB(4)).build()) {
      var cached = cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 16, 1));
      HostTensor inputs = Counted.batch(0, 2_000, 4);
      HostTensor expected = Counted.featuresOf(inputs, 16, 1);
      long seed = System.nanoTime();
      onEachThread(
          () -> {
            Random random = new Random(seed ^ Thread.currentThread().getId());
            for (int call = 0; call < 1_600; call++) {
              int[] rows = random.ints(1 + random.nextInt(15), 0, 2_000).toArray();
              HostTensor result = cached.apply(Counted.rowsOf(inputs, rows));
              assertTrue(sameBits(Counted.rowsOf(expected, rows), result), "seed " + seed);
            }
            return true;
          });
      var stats = cache.stats();
      assertTrue(stats.hits() + stats.misses() + stats.duplicates() >= 8 * 1_600, stats.toString());
      assertEquals(0, stats.failures());
    }
  }

  @Test
  void oneKeyAskedByManyThreadsIsComputedOnce() throws Exception {
    try (TensorCache cache = TensorCache.builder("once").heap(ByteSize.ofMiB(4)).build()) {
      Counted features = Counted.features(4);
      CountDownLatch allHere = new CountDownLatch(THREADS);
      var cached =
          cache.wrap(
              "f",
              V1,
              HOST,
              x -> {
                allHere.await(); // every thread is at or in its call
                return features.apply(x);
              });
      HostTensor x = Counted.batch(0, 6, 3);
      List<HostTensor> results =
          onEachThread(
              () -> {
                allHere.countDown();
                return cached.apply(x);
              });
      assertEquals(6, features.rows.get());
      for (HostTensor result : results) {
        assertTrue(sameBits(Counted.featuresOf(x, 4, 1), result));
      }
      assertEquals(
          THREADS,
          results.stream().map(System::identityHashCode).distinct().count(),
          "each caller has its own");
    }
  }

  @Test
  void overlappingBatchesComputeEachRowOnce() throws Exception {
    try (TensorCache cache = TensorCache.builder("overlap").heap(ByteSize.ofMiB(4)).build()) {
      Counted features = Counted.features(4);
      var cached = cache.wrap("f", V1, HOST, features);
      HostTensor inputs = Counted.batch(0, 400, 3);
      HostTensor expected = Counted.featuresOf(inputs, 4, 1);
      onEachThread(
          () -> {
            Random random = new Random(Thread.currentThread().getId());
            for (int call = 0; call < 200; call++) {
              int[] rows = random.ints(32, 0, 400).toArray();
              assertTrue(
                  sameBits(
                      Counted.rowsOf(expected, rows), cached.apply(Counted.rowsOf(inputs, rows))));
            }
            return true;
          });
      assertEquals(400, features.rows.get());
      assertEquals(400, cache.stats().rowsComputed());
    }
  }

  @Test
  void aFailedComputationIsTakenOverByAWaitingThread() throws Exception {
    try (TensorCache cache = TensorCache.builder("takeover").heap(ByteSize.ofMiB(4)).build()) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch fail = new CountDownLatch(1);
      var cached =
          cache.wrap(
              "f",
              V1,
              HOST,
              x -> {
                if (inside.getCount() == 1) {
                  inside.countDown();
                  fail.await();
                  throw new IllegalStateException("first one fails");
                }
                return Counted.featuresOf(x, 4, 1);
              });
      HostTensor x = Counted.batch(0, 3, 3);
      Future<HostTensor> first = pool.submit(() -> cached.apply(x));
      inside.await();
      Future<HostTensor> second = pool.submit(() -> cached.apply(x));
      fail.countDown();
      assertTrue(sameBits(Counted.featuresOf(x, 4, 1), second.get()));
      assertTrue(
          org.junit.jupiter.api.Assertions.assertThrows(
                  java.util.concurrent.ExecutionException.class, first::get)
              .getCause()
              .getMessage()
              .contains("first one fails"));
    }
  }

  @Test
  void anInterruptedThreadComputesInsteadOfWaiting() throws Exception {
    try (TensorCache cache = TensorCache.builder("interrupt").heap(ByteSize.ofMiB(4)).build()) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      var cached =
          cache.wrap(
              "f",
              V1,
              HOST,
              x -> {
                if (inside.getCount() == 1) {
                  inside.countDown();
                  go.await();
                }
                return Counted.featuresOf(x, 4, 1);
              });
      HostTensor x = Counted.batch(0, 3, 3);
      Future<HostTensor> first = pool.submit(() -> cached.apply(x));
      inside.await();
      Future<HostTensor> second =
          pool.submit(
              () -> {
                Thread.currentThread().interrupt();
                HostTensor result = cached.apply(x);
                assertTrue(Thread.interrupted(), "the interrupt stays the caller's");
                return result;
              });
      assertTrue(sameBits(Counted.featuresOf(x, 4, 1), second.get(60, TimeUnit.SECONDS)));
      go.countDown();
      assertTrue(sameBits(Counted.featuresOf(x, 4, 1), first.get()));
    }
  }

  @Test
  void functionsThatCallEachOtherAcrossThreadsDoNotWaitForEachOther() throws Exception {
    try (TensorCache cache = TensorCache.builder("cross").heap(ByteSize.ofMiB(4)).build()) {
      AtomicReference<CachedFunction<HostTensor>> f = new AtomicReference<>();
      AtomicReference<CachedFunction<HostTensor>> g = new AtomicReference<>();
      CyclicBarrier both = new CyclicBarrier(2);
      ThreadLocal<Boolean> nested = ThreadLocal.withInitial(() -> false);
      f.set(cache.wrap("f", V1, HOST, x -> meet(both, nested, x, g)));
      g.set(cache.wrap("g", V1, HOST, x -> meet(both, nested, x, f)));
      HostTensor x = Counted.batch(0, 3, 3);
      Future<HostTensor> left = pool.submit(() -> f.get().apply(x));
      Future<HostTensor> right = pool.submit(() -> g.get().apply(x));
      assertTrue(sameBits(left.get(), right.get()));
    }
  }

  @Test
  void aFunctionThatWaitsForAnotherThreadOfItsOwnCacheTerminates() throws Exception {
    RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    InFlight impatient = new InFlight(Duration.ofMillis(300));
    try (TensorCache model = TensorCache.builder("patience").heap(ByteSize.ofMiB(4)).build();
        TensorCache cache =
            new TensorCache(
                new CacheCore(model.config(), keys, null, impatient, InstantSource.system()))) {
      AtomicReference<CachedFunction<HostTensor>> self = new AtomicReference<>();
      Counted features = Counted.features(4);
      self.set(
          cache.wrap(
              "f",
              V1,
              HOST,
              x ->
                  features.calls.get() == 0
                      ? elsewhere(features, self, x).get()
                      : features.apply(x)));
      HostTensor x = Counted.batch(0, 1_000, 3); // patience for each would be five minutes
      assertTrue(sameBits(Counted.featuresOf(x, 4, 1), self.get().apply(x)));
      assertEquals(0, impatient.size(), "every flight has landed");
    }
  }

  /** Another thread asks for the very rows this one is computing, and this one waits for it. */
  private Future<HostTensor> elsewhere(
      Counted features, AtomicReference<CachedFunction<HostTensor>> self, HostTensor x) {
    features.apply(x);
    return pool.submit(() -> self.get().apply(x));
  }

  /**
   * Waits until both functions are running, then calls the other one, whose rows the other thread
   * has claimed.
   */
  private static HostTensor meet(
      CyclicBarrier both,
      ThreadLocal<Boolean> nested,
      HostTensor x,
      AtomicReference<CachedFunction<HostTensor>> other)
      throws Exception {
    if (nested.get()) {
      return Counted.featuresOf(x, 4, 1);
    }
    nested.set(true);
    both.await();
    return other.get().apply(x);
  }

  @Test
  void closingWhileOthersWorkGivesRightResultsOrAClearError() throws Exception {
    for (int round = 0; round < 5; round++) {
      TensorCache cache =
          TensorCache.builder("closing")
              .heap(ByteSize.ofKiB(16))
              .offHeap(ByteSize.ofMiB(4))
              .build();
      var cached = cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 16, 1));
      HostTensor inputs = Counted.batch(0, 500, 4);
      HostTensor expected = Counted.featuresOf(inputs, 16, 1);
      CountDownLatch warm = new CountDownLatch(20);
      Future<?> closer =
          pool.submit(
              () -> {
                warm.await();
                cache.close();
                return null;
              });
      List<Future<String>> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        workers.add(
            pool.submit(
                () -> {
                  Random random = new Random(Thread.currentThread().getId());
                  while (true) {
                    int[] rows = random.ints(8, 0, 500).toArray();
                    HostTensor result;
                    try {
                      result = cached.apply(Counted.rowsOf(inputs, rows));
                    } catch (IllegalStateException e) {
                      return e.getMessage();
                    }
                    assertTrue(sameBits(Counted.rowsOf(expected, rows), result));
                    warm.countDown();
                  }
                }));
      }
      assertNull(closer.get());
      for (Future<String> worker : workers) {
        assertTrue(worker.get().contains("is closed"));
      }
    }
  }

  @Test
  void aBatchComputedAsAWholeCountsTheRowsInFlightToo() throws Exception {
    try (TensorCache cache = TensorCache.builder("whole").heap(ByteSize.ofMiB(4)).build()) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      var cached =
          cache
              .function("f", V1, HOST)
              .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
              .wrap(
                  x -> {
                    if (inside.getCount() == 1) {
                      inside.countDown();
                      go.await();
                    }
                    return Counted.featuresOf(x, 4, 1);
                  });
      HostTensor x = Counted.batch(0, 4, 3);
      Future<HostTensor> first = pool.submit(() -> cached.apply(Counted.rowsOf(x, 0, 1)));
      inside.await();
      assertTrue(sameBits(Counted.featuresOf(x, 4, 1), cached.apply(x)));
      go.countDown();
      first.get();
      var stats = cache.stats();
      assertEquals(2, stats.misses(MissReason.IN_FLIGHT));
      assertEquals(4, stats.misses(MissReason.COLD));
      assertEquals(6, stats.hits() + stats.misses() + stats.duplicates());
    }
  }

  @Test
  void waitingRowsAreCountedAsServed() throws Exception {
    try (TensorCache cache = TensorCache.builder("flight").heap(ByteSize.ofMiB(4)).build()) {
      Counted features = Counted.features(4);
      var cached = cache.wrap("f", V1, HOST, features);
      HostTensor x = Counted.batch(0, 64, 64);
      onEachThread(() -> cached.apply(x));
      var stats = cache.stats();
      assertEquals(64, stats.rowsComputed());
      assertEquals(64, stats.misses(MissReason.COLD));
      assertEquals(64, stats.misses());
      assertEquals(7 * 64, stats.hits() + stats.waited());
    }
  }
}
