package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.StandinTensor;
import org.junit.jupiter.api.Test;

/** Memory that is not what an adapter says must not reach a kernel: that would cost the context. */
@RequiresStandin
class DeviceMemoryFaultsTest {
  private final StandinFunction function = new StandinFunction();

  @Test
  void anOutputThatIsFreedAlreadyIsNotRead() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2);
      CachedFunction<StandinTensor> careless =
          cache.wrap(
              "careless",
              Fingerprint.version("1"),
              function.adapter,
              x -> {
                StandinTensor output = StandinTensor.empty(x.spec(), 0);
                output.close();
                return output;
              });
      careless.apply(StandinFunction.batch(0, 1, 2));
      assertEquals(1, function.failures.size());
      String told = String.valueOf(function.failures.get(0).getMessage());
      assertTrue(told.contains("in no device's memory"), told);
      function.check(cached, 0, 2, 1);
      assertEquals(1, function.asked.size(), "the device still has its rows");
    }
  }
}
