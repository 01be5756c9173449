package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.MissReason;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which rows a store keeps that is too small for all. */
class StoreEpochsTest {
  private static final int FITS = 460; // rows in a store of 1 MiB, about
  private static final int BATCH = 20;
  private static final int WIDTH = 512;

  private final SplittableRandom random = new SplittableRandom(4);
  @TempDir Path directory;

  private TensorCacheBuilder builder(WhenFull whenFull) {
    return TensorCache.builder("epochs")
        .heap(ByteSize.ofKiB(1)) // too small for a row
        .store(store -> store.directory(directory).limit(ByteSize.ofMiB(1)).whenFull(whenFull));
  }

  /** The share of rows that is served in an epoch over rows of these numbers. */
  private double epoch(TensorCache cache, int first, int count, boolean isShuffled) {
    CachedFunction<HostTensor> f =
        cache
            .function("f", Fingerprint.version("1"), HostTensor.adapter())
            .probing(false)
            .persisting(true)
            .wrap(x -> x);
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      int j = isShuffled ? random.nextInt(i + 1) : i;
      ids[i] = ids[j];
      ids[j] = first + i;
    }
    long before = cache.stats().rowsComputed();
    for (int from = 0; from < count; from += BATCH) {
      int rows = Math.min(BATCH, count - from);
      float[] values = new float[rows * WIDTH];
      for (int i = 0; i < values.length; i++) {
        values[i] = ids[from + i / WIDTH] * 31 + i % WIDTH;
      }
      f.apply(HostTensor.ofFloats(values, rows, WIDTH));
    }
    cache.flush();
    return 1 - 1.0 * (cache.stats().rowsComputed() - before) / count;
  }

  private static TierStats durable(TensorCache cache) {
    return cache.stats().tiers().stream()
        .filter(tier -> tier.tier() == Tier.DURABLE)
        .findFirst()
        .orElseThrow();
  }

  /** A segment is an eighth of the store, and goes as a whole. */
  @ParameterizedTest
  @CsvSource({"1.1, false", "1.1, true", "2, false", "2, true", "10, false"})
  void epochsAreServedAsFarAsRowsFit(double ratio, boolean isShuffled) {
    int rows = (int) (ratio * FITS);
    try (TensorCache cache = builder(WhenFull.EVICT).build()) {
      epoch(cache, 0, rows, isShuffled);
      long evicted = durable(cache).evictions();
      for (int i = 0; i < 6; i++) {
        double served = epoch(cache, 0, rows, isShuffled);
        assertTrue(served > 0.8 / ratio, "epoch " + i + ": " + served);
      }
      assertTrue(durable(cache).evictions() - evicted <= FITS / 2, "it stays as it is");
    }
  }

  @Test
  void whatIsNotKeptIsCounted() {
    try (TensorCache cache = builder(WhenFull.EVICT).build()) {
      epoch(cache, 0, 2 * FITS, false);
      CacheStats before = cache.stats();
      assertEquals(0, before.rowsRefused());
      double served = epoch(cache, 0, 2 * FITS, false);
      long missed = Math.round((1 - served) * 2 * FITS);
      CacheStats stats = cache.stats();
      assertTrue(stats.rowsRefused() > missed / 2, stats.rowsRefused() + " of " + missed);
      assertTrue(stats.rowsNotAdmitted() >= stats.rowsRefused());
      epoch(cache, 0, 2 * FITS, false);
      assertTrue(cache.stats().misses(MissReason.REFUSED) > missed / 2, "as a reason too");
    }
  }

  @Test
  void itIsCountedBelowTiersOfAnotherPolicyToo() {
    try (TensorCache cache =
        TensorCache.builder("epochs")
            .heap(ByteSize.ofKiB(64))
            .whenFull(WhenFull.KEEP_FIRST)
            .store(store -> store.directory(directory).limit(ByteSize.ofMiB(1)))
            .build()) {
      for (int i = 0; i < 3; i++) {
        epoch(cache, 0, 2 * FITS, false);
      }
      assertTrue(cache.stats().rowsRefused() > FITS / 2, "" + cache.stats().rowsRefused());
    }
  }

  @Test
  void aRefusedRowMakesFlushSayNo() {
    try (TensorCache cache = builder(WhenFull.EVICT).build()) {
      CachedFunction<HostTensor> f =
          cache
              .function("f", Fingerprint.version("1"), HostTensor.adapter())
              .probing(false)
              .persisting(true)
              .wrap(x -> x);
      for (int i = 0; i < 3; i++) {
        epoch(cache, 0, 2 * FITS, false);
      }
      assertTrue(cache.flush(), "told once");
      long refused = cache.stats().rowsRefused();
      for (int id = 0; cache.stats().rowsRefused() == refused; id++) {
        float[] values = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
          values[i] = id * 31 + i;
        }
        f.apply(HostTensor.ofFloats(values, 1, WIDTH));
      }
      assertFalse(cache.flush());
      assertTrue(cache.flush());
    }
  }

  @Test
  void whoAsksForTheRecentOnesGetsThem() {
    try (TensorCache cache = builder(WhenFull.RECENT).build()) {
      for (int i = 0; i < 4; i++) {
        epoch(cache, 0, 2 * FITS, false);
      }
      long evicted = durable(cache).evictions();
      epoch(cache, 0, 2 * FITS, false);
      assertTrue(durable(cache).evictions() - evicted > FITS / 2, "it is written anew each time");
      assertEquals(0, cache.stats().rowsRefused());
    }
  }

  /** A night of computing is not lost because the day's rows were frequent. */
  @ParameterizedTest
  @EnumSource(names = {"EVICT", "RECENT"})
  void whatWasNeverThereIsAlwaysKept(WhenFull whenFull) {
    try (TensorCache cache = builder(whenFull).build()) {
      for (int i = 0; i < 12; i++) {
        epoch(cache, 0, FITS, true);
      }
      epoch(cache, 10_000, 8 * FITS / 10, false);
      assertTrue(cache.flush());
    }
    try (TensorCache cache = builder(whenFull).build()) {
      assertTrue(epoch(cache, 10_000, 8 * FITS / 10, true) > 0.95);
    }
  }

  /** A store that lets all in would serve them, if a row counts the same wherever it is met. */
  @ParameterizedTest
  @CsvSource({"6, true, 0.5", "12, false, 0.4"})
  void rowsThatComeBackForGoodAreLetInAfterAWhile(int between, boolean isShuffled, double least) {
    try (TensorCache cache = builder(WhenFull.EVICT).build()) {
      epochs(cache, 0, 6, isShuffled);
      epochs(cache, 10_000, between, isShuffled);
      double served = epochs(cache, 0, 6, isShuffled);
      assertTrue(served > least, "of the first again: " + served);
    }
  }

  private double epochs(TensorCache cache, int first, int count, boolean isShuffled) {
    double served = 0;
    for (int i = 0; i < count; i++) {
      served += epoch(cache, first, 9 * FITS / 10, isShuffled) / count;
    }
    return served;
  }

  @Test
  void afterARestartLittleIsWrittenAnew() {
    int rows = 12 * FITS / 10;
    try (TensorCache cache = builder(WhenFull.EVICT).build()) {
      epoch(cache, 0, rows, true);
      epoch(cache, 0, rows, true);
    }
    for (int run = 0; run < 3; run++) {
      try (TensorCache cache = builder(WhenFull.EVICT).build()) {
        for (int i = 0; i < 3; i++) {
          double served = epoch(cache, 0, rows, true);
          assertTrue(served > 0.6, "run " + run + ", epoch " + i + ": " + served);
        }
        assertTrue(durable(cache).evictions() < FITS / 2);
      }
    }
  }

  /** What memory serves is not read in the store, which takes it for used all the same. */
  @Test
  void rowsThatMemoryServesAreNotTakenForUnused() {
    int rows = 12 * FITS / 10;
    try (TensorCache cache =
        TensorCache.builder("epochs")
            .heap(ByteSize.ofKiB(700))
            .store(store -> store.directory(directory).limit(ByteSize.ofMiB(1)))
            .build()) {
      epoch(cache, 0, rows, true);
      long evicted = durable(cache).evictions();
      for (int i = 0; i < 15; i++) {
        epoch(cache, 0, rows, true);
      }
      long more = durable(cache).evictions() - evicted;
      assertTrue(more <= FITS / 4, "written anew: " + more);
    }
  }

  @Test
  void aStoreThatWasClearedTakesEverything() {
    try (TensorCache cache = builder(WhenFull.EVICT).build()) {
      for (int i = 0; i < 3; i++) {
        epoch(cache, 0, 2 * FITS, false);
      }
      cache.clear();
      epoch(cache, 0, FITS / 2, false);
      assertTrue(cache.flush());
      assertEquals(1.0, epoch(cache, 0, FITS / 2, true));
    }
  }
}
