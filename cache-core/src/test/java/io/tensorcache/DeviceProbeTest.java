package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a probe leaves of a batch on a device. */
@RequiresStandin
class DeviceProbeTest {
  private final StandinFunction function = new StandinFunction();

  @AfterEach
  void end() {
    function.free();
  }

  @Test
  void rowsOfTheProbedBatchStayOnTheDevice() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached =
          cache.wrap("f", Fingerprint.version("1"), function.adapter, function::compute);
      function.check(cached, 0, 1, 2, 3);
      assertEquals(List.of(1L, 3L), function.asked, "the row of the probe, and the batch");
      function.check(cached, 0, 3, 2, 1);
      assertEquals(List.of(1L, 3L), function.asked);
      assertEquals(3, cache.stats().hitsByTier().get(Tier.DEVICE));
      assertEquals(List.of(), function.failures);
    }
  }
}
