package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stream that is none of ours is being captured into a graph, in global mode, as PyTorch does.
 * What others do then must not end that capture.
 */
@RequiresStandin
class DeviceCaptureTest {
  private final StandinFunction function = new StandinFunction();
  private long captured;

  private void fingerprint() {
    Map<String, StandinTensor> weights = Map.of("w", StandinFunction.batch(0, 1, 2, 3));
    try {
      Fingerprint.ofWeights(weights, function.adapter);
    } catch (DeviceException e) {
      assertEquals(709, e.code(), "told once that the context is another");
      Fingerprint.ofWeights(weights, function.adapter);
    }
  }

  @BeforeEach
  void begin() {
    captured = Standin.stream(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void nothingThatTheCacheDoesEndsTheCaptureOfAnotherThread(int pools) {
    Standin.set("pools", pools);
    Standin.capture(captured, true);
    TensorCache cache = function.builder(3).heap(ByteSize.ofMiB(1)).build();
    CachedFunction<StandinTensor> cached = function.wrap(cache);
    function.check(cached, 0, 1, 2);
    function.check(cached, 0, 2, 1);
    function.check(cached, 0, 3, 4, 1);
    cache.trimDevice(ByteSize.ofBytes(256));
    cache.moveTo(0);
    fingerprint();
    cache.reset();
    cache.close();
    assertTrue(Standin.isCapturing(captured));
    assertEquals(List.of(), function.failures);
  }

  /** The legacy default stream cannot be used while a blocking stream is being captured. */
  @Test
  void theLegacyStreamIsRefusedMeanwhile() {
    try (TensorCache cache = function.builder(3).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      StandinTensor input = StandinFunction.batch(0, 1, 2);
      StandinTensor.useStream(0);
      assertArrayEquals(StandinFunction.expected(1, 2), cached.apply(input).floats());
      Standin.capture(captured, true);
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> cached.apply(input));
      assertTrue(String.valueOf(e.getMessage()).contains("captured"), e.toString());
      assertTrue(Standin.isCapturing(captured));
      Standin.capture(captured, false);
      assertArrayEquals(StandinFunction.expected(1, 2), cached.apply(input).floats());
      assertEquals(List.of(2L), function.asked);
    } finally {
      StandinTensor.useStream(-1);
    }
  }

  /** 1 is the legacy default stream, 2 the default stream of the thread. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void theStreamsThatHaveNumbersAreUsed(long number) throws Exception {
    try (TensorCache cache = function.builder(3).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      Thread other =
          new Thread(
              () -> {
                StandinTensor.useStream(number);
                function.check(cached, 0, 1, 2);
              });
      other.start();
      other.join();
      StandinTensor.useStream(number);
      function.check(cached, 0, 2, 1, 3);
      assertEquals(List.of(2L, 1L), function.asked);
      assertEquals(List.of(), function.failures);
    } finally {
      StandinTensor.useStream(-1);
    }
  }
}
