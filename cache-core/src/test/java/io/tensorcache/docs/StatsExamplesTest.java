package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.Tier;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.DeviceStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.MissReason;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples in the comments of statistics, run. */
class StatsExamplesTest {
  private final TensorCache cache = TensorCache.builder("features").build();
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void serveTwoRows() {
    CachedFunction<HostTensor> squares =
        cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter(), new Squares()::of);
    squares.apply(Squares.batch());
    squares.apply(Squares.batch());
  }

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void cacheStats() {
    // begin: cache-stats
    CacheStats before = cache.stats();
    // ... a part of the program
    CacheStats since = cache.stats().since(before);
    double rate = since.hitRate(); // of the distinct rows asked for
    long cold = since.misses(MissReason.COLD); // never seen before
    long fromHeap = cache.stats().hitsByTier().getOrDefault(Tier.HEAP, 0L);
    // end: cache-stats
    assertEquals(0, rate);
    assertEquals(0, cold);
    assertEquals(2, fromHeap);
  }

  @Test
  void functionStats() {
    // begin: function-stats
    for (FunctionStats function : cache.stats().functions()) {
      lines.add(
          function.name() + ": " + function.hits() + " hits, " + function.misses() + " misses");
    }
    // end: function-stats
    assertEquals(List.of("squares: 2 hits, 2 misses"), lines);
  }

  @Test
  void tierStats() {
    // begin: tier-stats
    for (TierStats tier : cache.stats().tiers()) {
      lines.add(tier.tier() + ": " + tier.bytes() + " of " + tier.limit());
    }
    // end: tier-stats
    assertFalse(lines.isEmpty());
  }

  @Test
  void deviceStats() {
    // begin: device-stats
    for (DeviceStats device : cache.stats().devices()) { // none without device(...)
      lines.add("device " + device.device() + ": " + device.entries() + " rows");
    }
    // end: device-stats
    assertEquals(List.of(), lines);
  }
}
