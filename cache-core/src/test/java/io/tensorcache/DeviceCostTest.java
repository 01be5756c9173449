package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What need not pass the host does not. */
@RequiresStandin
class DeviceCostTest {
  private static final int ROW_BYTES = 240;

  private final StandinFunction function = new StandinFunction();

  /** Of a batch that is partly resident, only the other rows come from the host. */
  @Test
  void onlyRowsOfTheHostAreCopiedFromIt() {
    try (TensorCache cache =
        function.builder(4).heap(ByteSize.ofMiB(1)).whenFull(WhenFull.RECENT).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2);
      function.check(cached, 0, 3, 4);
      function.check(cached, 0, 5); // 1 leaves
      for (int[] rows : new int[][] {{1, 5, 4}, {5, 1, 4, 1, 3}, {5, 4, 3, 2, 1}}) {
        Standin.reset();
        function.check(cached, 0, rows);
        long onHost = java.util.Arrays.stream(rows).filter(row -> row == 1).count();
        assertEquals(onHost * ROW_BYTES, Standin.count("bytes to device"));
      }
      Standin.reset();
      function.check(cached, 0, 1, 5, 1, 4, 1, 3, 1, 2, 1, 5, 1);
      assertEquals(11 * ROW_BYTES, Standin.count("bytes to device"), "one copy instead of six");
      assertEquals(List.of(2L, 2L, 1L), function.asked);
    }
  }

  @Test
  void whatIsNotStoredIsCopiedOnTheDevice() {
    try (TensorCache cache = function.builder(10).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> never =
          cache
              .function("never", Fingerprint.version("1"), function.adapter)
              .level(CacheLevel.TOTAL)
              .wrap(function::compute);
      StandinTensor input = StandinFunction.batch(0, 1, 2, 3);
      StandinTensor output = never.apply(input);
      assertEquals(0, Standin.count("bytes to host"));
      assertEquals(0, Standin.count("bytes to device"));
      assertEquals(3 * ROW_BYTES, Standin.count("bytes on device"));
      assertArrayEquals(StandinFunction.expected(1, 2, 3), output.floats());
      StandinTensor turned = StandinTensor.of(0, new float[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
      CachedFunction<StandinTensor> strided =
          cache
              .function("strided", Fingerprint.version("1"), function.adapter)
              .level(CacheLevel.TOTAL)
              .wrap(StandinTensor::transposed);
      assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, strided.apply(turned).floats());
      assertEquals(List.of(), function.failures);
    }
  }
}
