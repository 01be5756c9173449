package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is changed while the tiers are full of rows of the one before. */
class AnotherFingerprintTest {
  private static final int ROWS = 600;
  private static final int BATCH = 30;
  private static final int WIDTH = 512;

  private final SplittableRandom random = new SplittableRandom(1);
  private boolean persisting;
  @TempDir Path directory;

  /** Half of the rows fit. */
  @Test
  void itsRowsAreServedFromTheSecondEpochOn() {
    try (TensorCache cache = TensorCache.builder("heap").heap(ByteSize.ofKiB(650)).build()) {
      assertRowsAreServedSoon(cache, 0.5);
    }
  }

  @Test
  void offTheHeapToo() {
    try (TensorCache cache =
        TensorCache.builder("tiers").heap(ByteSize.ofKiB(120)).offHeap(ByteSize.ofMiB(1)).build()) {
      fill(cache);
      int rows = cache.stats().tiers().stream().mapToInt(tier -> (int) tier.entries()).sum();
      assertTrue(rows < 0.9 * ROWS, "of the rows there is no room for all: " + rows);
      assertRowsAreServedSoon(cache, 1.0 * rows / ROWS);
    }
  }

  private void fill(TensorCache cache) {
    epochs(cache, "0", 16);
  }

  private void assertRowsAreServedSoon(TensorCache cache, double share) {
    fill(cache);
    for (int model = 1; model <= 2; model++) {
      epochs(cache, "" + model, 1);
      double served = epochs(cache, "" + model, 3);
      assertTrue(served > 0.9 * share, "of " + share + " by model " + model + ": " + served);
      epochs(cache, "" + model, 6);
    }
  }

  /** They move to memory the second time that they are served. */
  @Test
  void soDoRowsThatTheStoreHas() {
    persisting = true;
    try (TensorCache cache = stored()) {
      epochs(cache, "1", 1);
    }
    try (TensorCache cache = stored()) {
      fill(cache);
      epochs(cache, "1", 2);
      long before = cache.stats().hitsByTier().getOrDefault(Tier.HEAP, 0L);
      epochs(cache, "1", 1);
      long onHeap = cache.stats().hitsByTier().get(Tier.HEAP) - before;
      assertTrue(onHeap > 0.9 * ROWS / 2, "of " + ROWS / 2 + " that fit: " + onHeap);
      assertEquals(ROWS, cache.stats().rowsComputed(), "those of the other model");
    }
  }

  private TensorCache stored() {
    return TensorCache.builder("stored")
        .heap(ByteSize.ofKiB(650))
        .store(store -> store.directory(directory))
        .build();
  }

  /** An earlier model is not another one: what is frequent under it stays so. */
  @Test
  void twoModelsInTurnForgetNothing() {
    try (TensorCache cache = TensorCache.builder("turns").heap(ByteSize.ofMiB(4)).build()) {
      for (int i = 0; i < 3; i++) {
        epochs(cache, "a", 1);
        epochs(cache, "b", 1);
      }
      assertEquals(2 * ROWS, cache.stats().rowsComputed());
    }
  }

  /** Its rows are never asked for again, and those of the model that stays always are. */
  @Test
  void aModelInTrainingTakesNoPlaces() {
    try (TensorCache cache = TensorCache.builder("heap").heap(ByteSize.ofKiB(650)).build()) {
      AtomicInteger steps = new AtomicInteger();
      epochs(cache, "0", 6, x -> trained(cache, steps.incrementAndGet()).apply(x));
      long before = hits(cache);
      epochs(cache, "0", 4, x -> trained(cache, steps.incrementAndGet()).apply(x));
      double served = 1.0 * (hits(cache) - before) / (4 * ROWS);
      assertTrue(served > 0.4, "of the model that stays: " + served);
    }
  }

  private static long hits(TensorCache cache) {
    return cache.stats().hitsByTier().values().stream().mapToLong(Long::longValue).sum();
  }

  private CachedFunction<HostTensor> trained(TensorCache cache, int step) {
    return function(cache, "trained", "" + step);
  }

  private CachedFunction<HostTensor> function(TensorCache cache, String name, String model) {
    return cache
        .function(name, Fingerprint.version(model), HostTensor.adapter())
        .probing(false)
        .persisting(persisting)
        .wrap(x -> x);
  }

  private double epochs(TensorCache cache, String model, int count) {
    return epochs(cache, model, count, batch -> {});
  }

  /** Shuffled; returns how much of it was served. */
  private double epochs(
      TensorCache cache, String model, int count, Consumer<HostTensor> afterBatch) {
    CachedFunction<HostTensor> f = function(cache, "f", model);
    CacheStats before = cache.stats();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(ROWS, 0, 1).toArray();
      for (int k = 0; k < ROWS; k++) {
        int j = random.nextInt(k + 1);
        ids[k] = ids[j];
        ids[j] = k;
      }
      for (int from = 0; from < ROWS; from += BATCH) {
        HostTensor batch = batch(ids, from);
        f.apply(batch);
        afterBatch.accept(batch);
      }
    }
    long computed = cache.stats().rowsComputed() - before.rowsComputed();
    return 1 - 1.0 * computed / (count * ROWS);
  }

  private static HostTensor batch(int[] ids, int from) {
    float[] values = new float[BATCH * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = ids[from + i / WIDTH] * 31 + i % WIDTH;
    }
    return HostTensor.ofFloats(values, BATCH, WIDTH);
  }
}
