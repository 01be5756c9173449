package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the statistics say is what happened. */
@Timeout(120)
class StatsTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  @Test
  void rowsThatWaitedForAnotherThreadAreServed() throws Exception {
    int calls = 200;
    int distinct = 10;
    ExecutorService pool = Executors.newFixedThreadPool(calls);
    try (TensorCache cache = TensorCache.builder("waited").heap(ByteSize.ofMiB(4)).build()) {
      Counted features = Counted.features(4);
      CountDownLatch here = new CountDownLatch(calls);
      CachedFunction<HostTensor> cached =
          cache.wrap(
              "f",
              V1,
              HOST,
              x -> {
                here.await(); // all have asked, or are about to
                return features.apply(x);
              });
      HostTensor x = Counted.batch(0, distinct, 3);
      List<Future<HostTensor>> results = new ArrayList<>();
      for (int call = 0; call < calls; call++) {
        HostTensor row = Counted.rowsOf(x, call % distinct);
        results.add(
            pool.submit(
                () -> {
                  here.countDown();
                  return cached.apply(row);
                }));
      }
      for (Future<HostTensor> result : results) {
        result.get();
      }
      CacheStats stats = cache.stats();
      assertEquals(distinct, stats.rowsComputed());
      assertEquals(distinct, stats.misses(), stats::toString);
      assertEquals(calls - distinct, stats.hits() + stats.waited(), stats::toString);
      assertEquals(0.95, stats.hitRate(), 1e-9);
      FunctionStats function = stats.functions().get(0);
      assertEquals(stats.waited(), function.waited());
      assertEquals(stats.hits(), function.hits());
      assertTrue(stats.toString().contains("served 190 of 200 rows (95.0 %)"), stats::toString);
    } finally {
      pool.shutdownNow();
      assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
    }
  }
}
