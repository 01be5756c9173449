package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.config.Weigh;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One function takes hundreds of times as long as another, and not all rows fit. */
class WeighTest {
  private static final int ROWS = 300; // of each function
  private static final int BATCH = 30;
  private static final int WIDTH = 512;
  private static final long COSTLY_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private final SplittableRandom random = new SplittableRandom(3);
  @TempDir Path directory;

  private static TensorCacheBuilder weighed(Weigh weigh) {
    return TensorCache.builder("weighed").weigh(weigh);
  }

  @Test
  void onTheHeapItsRowsStay() {
    ByteSize half = ByteSize.ofKiB(650);
    try (TensorCache cache = weighed(Weigh.HITS).heap(half).build()) {
      double served = costlyServed(cache);
      assertTrue(served < 0.2, "those that were first stay: " + served);
    }
    try (TensorCache cache = weighed(Weigh.SECONDS_SAVED).heap(half).build()) {
      assertEquals(Weigh.SECONDS_SAVED, cache.config().weigh());
      assertCostlyServed(cache);
    }
  }

  @Test
  void offTheHeapToo() {
    try (TensorCache cache =
        weighed(Weigh.SECONDS_SAVED).heap(ByteSize.ofKiB(120)).offHeap(ByteSize.ofMiB(1)).build()) {
      assertCostlyServed(cache);
    }
  }

  /** What they take is known from the program that filled the store. */
  @Test
  void rowsOfAStoreMoveUpByIt() {
    try (TensorCache cache = stored(0)) {
      epochs(cache, 1);
    }
    try (TensorCache cache = stored(650)) {
      epochs(cache, 6);
      long before = onHeap(cache);
      epoch(cache, "costly", COSTLY_NANOS);
      long served = onHeap(cache) - before;
      assertTrue(served > 0.9 * ROWS, "from memory: " + served);
      assertEquals(0, cache.stats().rowsComputed());
    }
  }

  private TensorCache stored(int heapKiB) {
    return TensorCache.builder("stored")
        .weigh(Weigh.SECONDS_SAVED)
        .heap(ByteSize.ofKiB(Math.max(1, heapKiB)))
        .store(store -> store.directory(directory))
        .build();
  }

  private static long onHeap(TensorCache cache) {
    return cache.stats().hitsByTier().getOrDefault(Tier.HEAP, 0L);
  }

  private void assertCostlyServed(TensorCache cache) {
    double served = costlyServed(cache);
    assertTrue(served > 0.9, "of the costly rows: " + served);
  }

  /** The share of the costly rows that is served in the seventh epoch of both functions. */
  private double costlyServed(TensorCache cache) {
    epochs(cache, 6);
    long before = cache.stats().rowsComputed();
    epoch(cache, "costly", COSTLY_NANOS);
    return 1 - 1.0 * (cache.stats().rowsComputed() - before) / ROWS;
  }

  private void epochs(TensorCache cache, int count) {
    for (int i = 0; i < count; i++) {
      epoch(cache, "cheap", 0); // first where there is room
      epoch(cache, "costly", COSTLY_NANOS);
    }
  }

  private void epoch(TensorCache cache, String name, long nanos) {
    CachedFunction<HostTensor> function =
        cache
            .function(name, Fingerprint.version("1"), HostTensor.adapter())
            .probing(false)
            .persisting(cache.config().store() != null)
            .wrap(x -> after(nanos, x));
    int[] order = random.ints(0, ROWS).distinct().limit(ROWS).toArray();
    for (int first = 0; first < ROWS; first += BATCH) {
      float[] values = new float[BATCH * WIDTH];
      for (int row = 0; row < BATCH; row++) {
        values[row * WIDTH] = order[first + row];
      }
      function.apply(HostTensor.ofFloats(values, BATCH, WIDTH));
    }
  }

  private static HostTensor after(long nanos, HostTensor x) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
    }
    return x;
  }
}
