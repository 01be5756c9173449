package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the tiers of a cache take, keep and drop. */
class CachedRoomTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache = TensorCache.builder("test").heap(ByteSize.ofMiB(4)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void computesARowTooLargeForEveryTier() {
    try (TensorCache tiny = TensorCache.builder("tiny").heap(ByteSize.ofKiB(1)).build()) {
      Counted features = Counted.features(300);
      var cached = tiny.wrap("f", V1, HOST, features);
      HostTensor x = batch(0, 3, 3);
      for (int i = 0; i < 2; i++) {
        assertTrue(sameBits(Counted.featuresOf(x, 300, 1), cached.apply(x)));
      }
      assertEquals(6, features.rows.get());
      assertEquals(6, tiny.stats().rowsNotAdmitted());
      assertEquals(0, tiny.stats().tiers().get(0).bytes().bytes());
    }
  }

  @Test
  void keepsTheFirstRowsWhenFull() {
    try (TensorCache small =
        TensorCache.builder("small")
            .heap(ByteSize.ofBytes(10 * (40 + 256)))
            .whenFull(WhenFull.KEEP_FIRST)
            .build()) {
      Counted features = Counted.features(10);
      var cached = small.wrap("f", V1, HOST, features);
      HostTensor x = batch(0, 20, 3);
      cached.apply(x);
      cached.apply(x);
      assertEquals(10, small.stats().hits());
      assertEquals(20 + 10, features.rows.get());
      assertEquals(0, small.stats().evictions());
    }
  }

  @Test
  void evictsToTheByteAndSaysSo() {
    try (TensorCache small =
        TensorCache.builder("small")
            .heap(ByteSize.ofBytes(10 * (40 + 256)))
            .whenFull(WhenFull.RECENT)
            .build()) {
      var cached = small.wrap("f", V1, HOST, Counted.features(10));
      for (int i = 0; i < 50; i++) {
        cached.apply(batch(10 * i, 10, 3));
        assertTrue(small.stats().tiers().get(0).bytes().bytes() <= 10 * (40 + 256));
      }
      assertEquals(490, small.stats().evictions());
      cached.apply(batch(0, 10, 3));
      assertEquals(10, small.stats().misses(MissReason.EVICTED));
      assertEquals(10, small.stats().functions().get(0).rowsInMemory());
    }
  }

  @Test
  void doesNotStoreWhatIsAboveItsLevel() {
    Counted features = Counted.features(4);
    var heavy = cache.function("heavy", V1, HOST).level(CacheLevel.HEAVY).wrap(features);
    HostTensor x = batch(0, 3, 3);
    assertTrue(sameBits(heavy.apply(x), heavy.apply(x)));
    assertEquals(2, features.calls.get());
    assertEquals(6, cache.stats().misses(MissReason.LEVEL));
  }

  @Test
  void clearDropsEverythingAndCountsToZero() {
    Counted features = Counted.features(4);
    var cached = cache.wrap("f", V1, HOST, features);
    cached.apply(batch(0, 8, 3));
    cache.clear();
    assertEquals(0, cache.stats().tiers().get(0).bytes().bytes());
    assertEquals(0, cache.stats().functions().get(0).rowsInMemory());
    cached.apply(batch(0, 8, 3));
    assertEquals(16, features.rows.get());
  }

  @Test
  void compressesOnlyOffHeapAndOnlyWhereItGains() {
    for (Compression compression : Compression.values()) {
      try (TensorCache own =
          TensorCache.builder("lz4").offHeap(ByteSize.ofMiB(16)).compression(compression).build()) {
        var zeros =
            own.wrap(
                "zeros",
                V1,
                HOST,
                x ->
                    HostTensor.ofFloats(
                        new float[(int) x.spec().dim(0) * 1000], x.spec().dim(0), 1000));
        HostTensor x = batch(0, 10, 3);
        assertTrue(sameBits(zeros.apply(x), zeros.apply(x)));
        assertEquals(10, own.stats().hitsByTier().get(Tier.OFF_HEAP));
        long bytes = own.stats().tiers().get(0).bytes().bytes();
        assertEquals(compression == Compression.LZ4, bytes < 10_000, "bytes " + bytes);
      }
    }
  }
}
