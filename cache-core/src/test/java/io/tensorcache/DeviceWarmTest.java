package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.WarmUp;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Warming a function up with batches that lie on a device. */
@RequiresStandin
class DeviceWarmTest {
  private final StandinFunction function = new StandinFunction();

  @BeforeEach
  void begin() {
    Standin.set("emulated tiles", 0); // the host's part is what is tested
  }

  private TensorCache onHost() {
    return TensorCache.builder("warm")
        .heap(ByteSize.ofMiB(1))
        .listener(function.failures::add)
        .build();
  }

  private static WarmUp warm(CachedFunction<StandinTensor> cached, int... rows) {
    StandinTensor batch = StandinFunction.batch(0, rows);
    try {
      return cached.warm(List.of(batch));
    } finally {
      batch.close();
    }
  }

  @Test
  void computesOnlyTheRowsThatAreMissing() {
    try (TensorCache cache = onHost()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 0, 1, 2);
      WarmUp done = warm(cached, 0, 1, 2, 3, 3, 4);
      assertEquals(List.of(3L, 2L), function.asked);
      assertEquals(3, done.found());
      assertEquals(2, done.computed());
      assertEquals(1, done.copies());
      assertTrue(done.isComplete());
      function.check(cached, 0, 4, 3, 2, 1, 0);
      assertEquals(2, function.asked.size());
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void warmsAFreshBatch() {
    try (TensorCache cache = onHost()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      assertEquals(4, warm(cached, 0, 1, 2, 3).computed());
      function.check(cached, 0, 3, 0);
      assertEquals(List.of(4L), function.asked);
    }
  }

  /** The rows are there before, in part; each call that the warm-up makes of the driver fails. */
  @ParameterizedTest
  @ValueSource(ints = {2, 400, 701})
  void aFailingDriverNeverReachesTheCaller(int code) {
    boolean hasFailed = true;
    long number = 0;
    while (hasFailed && number < 1000) {
      number++;
      function.failures.clear();
      try (TensorCache cache = onHost()) {
        CachedFunction<StandinTensor> cached = function.wrap(cache);
        function.check(cached, 0, 0, 1);
        Standin.failCall(number, code);
        WarmUp done = warm(cached, 0, 1, 2, 3, 3);
        hasFailed = Standin.callsToFailure() <= 0;
        Standin.failCall(0, 0);
        String what = "call " + number + " fails with " + code + ": " + done;
        assertEquals(5, done.rows(), what);
        assertTrue(done.found() + done.computed() + done.copies() <= 5, what);
        assertTrue(done.copies() >= 0, what);
        assertTrue(hasFailed || done.isComplete(), what);
        function.check(cached, 0, 3, 2, 1, 0);
        function.free();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("call " + number + " fails with " + code, e);
      }
    }
    assertTrue(number > 10 && number < 1000, number + " calls");
  }

  @Test
  void tellsThatABatchCouldNotBeWarmed() {
    try (TensorCache cache = onHost()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 0);
      Standin.fail("cuLaunchKernel", 719, 1);
      WarmUp done = warm(cached, 0, 1, 2);
      assertFalse(done.isComplete());
      assertEquals(3, done.rows());
      assertEquals(0, done.computed() + done.found() + done.copies());
      assertEquals(1, function.failures.size());
    }
  }

  @Test
  void whatTheFunctionThrowsIsTheCallers() {
    DeviceException own = new DeviceException("the function's own", new IllegalStateException());
    try (TensorCache cache = onHost()) {
      CachedFunction<StandinTensor> cached =
          cache.wrap(
              "g",
              Fingerprint.version("1"),
              function.adapter,
              input -> {
                throw own;
              });
      assertSame(own, assertThrows(DeviceException.class, () -> warm(cached, 0, 1)));
      assertEquals(List.of(), function.failures);
    }
  }
}
