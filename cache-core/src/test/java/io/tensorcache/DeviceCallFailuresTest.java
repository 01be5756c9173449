package io.tensorcache;

import static io.tensorcache.StandinFunction.COLUMNS;
import static io.tensorcache.StandinFunction.batch;
import static io.tensorcache.StandinFunction.expected;
import static io.tensorcache.StandinFunction.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls on device tensors that a device, a function or an adapter does not bring to their end. */
@RequiresStandin
class DeviceCallFailuresTest {
  private final StandinFunction function = new StandinFunction();

  private TensorCacheBuilder builder() {
    return TensorCache.builder("device").heap(ByteSize.ofMiB(16)).listener(function.failures::add);
  }

  @Test
  void runsTheFunctionWhereTheDeviceFails() {
    for (String call :
        List.of(
            "cuLaunchKernel",
            "cuEventRecord",
            "cuPointerGetAttribute",
            "cuStreamIsCapturing",
            "cuMemcpyDtoHAsync",
            "cuMemcpyHtoDAsync",
            "cuMemcpyDtoDAsync")) {
      function.failures.clear();
      function.asked.clear();
      try (TensorCache cache = builder().build()) {
        CachedFunction<StandinTensor> cached = function.wrap(cache);
        cached.apply(batch(0, 1, 2));
        Standin.fail(call, 701, 1);
        StandinTensor input = batch(0, 1, 3);
        assertArrayEquals(expected(1, 3), cached.apply(input).floats(), call);
        assertEquals(1, function.failures.size(), call);
        assertEquals(701, ((DeviceException) function.failures.get(0)).code());
        assertEquals(1, cache.stats().failures());
        assertTrue(cache.stats().misses(MissReason.DEVICE) > 0, call);
        assertEquals(
            2L, function.asked.get(function.asked.size() - 1), "the whole batch, by itself");
        assertArrayEquals(expected(1, 2, 3), cached.apply(batch(0, 1, 2, 3)).floats(), call);
        assertEquals(1, function.failures.size(), call);
      }
    }
  }

  @Test
  void runsTheFunctionAfterItsContextWasDestroyed() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<HostTensor> unrelated =
          cache.wrap("g", Fingerprint.version("1"), HostTensor.adapter(), x -> x);
      CachedFunction<StandinTensor> cached =
          cache.wrap("f", Fingerprint.version("1"), function.adapter, x -> x);
      StandinTensor gone = batch(0, 1, 2);
      cached.apply(gone);
      Standin.destroyContext(0);
      assertSame(gone, cached.apply(gone), "what the function returns by itself");
      assertEquals(709, ((DeviceException) function.failures.get(0)).code());
      HostTensor x = HostTensor.ofFloats(values(1), 1, COLUMNS);
      assertArrayEquals(values(1), unrelated.apply(x).floats());
    } finally {
      Standin.restart(0);
    }
  }

  @Test
  void letsTheFunctionsOwnFailureThrough() {
    try (TensorCache cache = builder().build()) {
      DeviceException own = new DeviceException("mine", 719);
      CachedFunction<StandinTensor> cached =
          cache.wrap(
              "f",
              Fingerprint.version("1"),
              function.adapter,
              x -> {
                function.asked.add(1L);
                throw own;
              });
      assertSame(own, assertThrows(DeviceException.class, () -> cached.apply(batch(0, 1))));
      assertEquals(1, function.asked.size());
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void refusesAStreamUnderCaptureAtOnce() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      StandinTensor input = batch(0, 1);
      cached.apply(input);
      Standin.capture(StandinTensor.stream(0), true);
      assertThrows(IllegalStateException.class, () -> cached.apply(input));
      Standin.capture(StandinTensor.stream(0), false);
      assertArrayEquals(expected(1), cached.apply(input).floats());
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void freesWhatItGathersAndReleasesWhatItDoesNotReturn() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      cached.apply(batch(0, 1, 2));
      StandinTensor input = batch(0, 3, 1);
      long before = StandinTensor.live();
      cached.apply(input); // one result and the engine's own output
      assertEquals(2, StandinTensor.live() - before);
      Standin.fail("cuMemcpyHtoDAsync", 701, 1);
      before = StandinTensor.live();
      cached.apply(input); // the engine's output only: the result was given up
      assertEquals(1, StandinTensor.live() - before);
    }
  }

  @Test
  void refusesAnAdapterThatAllocatesElsewhere() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<Object> cached =
          cache.wrap("f", Fingerprint.version("1"), new WrongAdapter(), x -> x);
      cached.apply(batch(0, 1));
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> cached.apply(batch(0, 1, 2)));
      assertTrue(String.valueOf(e.getMessage()).contains("allocate on the device of the input"));
    }
  }

  /** Sees device tensors, but allocates on the host. */
  private static final class WrongAdapter implements io.tensorcache.tensor.TensorAdapter<Object> {
    private final StandinTensor.Adapter device = new StandinTensor.Adapter();

    @Override
    public Class<Object> type() {
      return Object.class;
    }

    @Override
    public io.tensorcache.tensor.TensorView view(Object tensor) {
      return tensor instanceof HostTensor host
          ? HostTensor.adapter().view(host)
          : device.view((StandinTensor) tensor);
    }

    @Override
    public Object allocate(TensorSpec spec, Object like) {
      return HostTensor.zeros(spec);
    }

    @Override
    public void release(Object tensor) {}
  }
}
