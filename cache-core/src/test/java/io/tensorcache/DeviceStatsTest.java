package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.CacheStats;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted is what is there. */
@RequiresStandin
class DeviceStatsTest {
  private final StandinFunction function = new StandinFunction();

  private static void checkStored(TensorCache cache, long rows) {
    CacheStats stats = cache.stats();
    assertEquals(rows, stats.devices().get(0).entries());
    assertEquals(rows, stats.functions().get(0).rowsInMemory());
  }

  @Test
  void aRowThatTwoCallsComputedIsCountedOnce() {
    try (TensorCache cache = function.builder(3).build()) {
      List<CachedFunction<StandinTensor>> self = new ArrayList<>();
      boolean[] isInside = new boolean[1];
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), function.adapter)
              .probing(false)
              .wrap(
                  x -> {
                    if (!isInside[0]) {
                      isInside[0] = true;
                      self.get(0).apply(x).floats();
                    }
                    return function.compute(x);
                  });
      self.add(cached);
      function.check(cached, 0, 1, 2);
      assertEquals(List.of(2L, 2L), function.asked);
      checkStored(cache, 2);
      function.check(cached, 0, 3, 4);
      checkStored(cache, 3);
    }
  }
}
