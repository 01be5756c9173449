package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.error.MismatchException;
import io.tensorcache.tensor.HostTensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of the tensors that a call allocates, only what it returns is left. */
class HeldTensorsTest {
  private final OpenCalls open = OpenCalls.inMemory();
  private final HostEngine engine = new HostEngine();
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();

  @AfterEach
  void close() {
    open.close();
  }

  private WrappedFunction<HostTensor> function(FunctionSettings settings) {
    return open.wrap("f", settings, engine, doubling, Recheck.ON_REQUEST);
  }

  private static FunctionSettings verifying(PartialMiss partialMiss, Mismatch onMismatch) {
    RowChecks all = new RowChecks(1, 0, onMismatch, -1);
    return OpenCalls.with(CacheLevel.NORMAL, Granularity.ROWS, partialMiss, all);
  }

  @Test
  void inputsThatWereGatheredAreReleased() {
    WrappedFunction<HostTensor> function = function(OpenCalls.ROWS);
    OpenCalls.call(function, 1, 2);
    assertEquals(List.of(1, 2), doubling.calls, "with a probe");
    assertEquals(1, engine.live());
    OpenCalls.call(function, 1, 3);
    assertEquals(2, engine.live());
    doubling.change =
        values -> {
          throw new IllegalStateException("injected");
        };
    assertThrows(IllegalStateException.class, () -> OpenCalls.call(function, 1, 4));
    assertEquals(2, engine.live());
  }

  @Test
  void someOfTheInputsWereGatheredWhereOneCannotBe() {
    WrappedFunction<HostTensor> function = function(OpenCalls.ROWS);
    NamedTensors<HostTensor> two =
        NamedTensors.of(List.of("a", "b"), List.of(OpenCalls.batch(1, 2), OpenCalls.batch(3, 4)));
    new CachedCall<>(function, two).outputs();
    NamedTensors<HostTensor> more =
        NamedTensors.of(List.of("a", "b"), List.of(OpenCalls.batch(1, 5), OpenCalls.batch(3, 6)));
    CachedCall<HostTensor> call = new CachedCall<>(function, more);
    engine.failsAt = engine.allocated.size() + 2; // after the result and the first input
    assertThrows(IllegalStateException.class, call::outputs);
    assertEquals(1, engine.live());
    new CachedCall<>(function, more).outputs();
    assertEquals(2, engine.live());
  }

  @Test
  void whatAWarmUpComputesIsReleased() {
    WrappedFunction<HostTensor> function = function(OpenCalls.ROWS);
    new WarmRun<>(function)
        .run(
            List.of(new float[] {1, 2}, new float[] {1, 3}),
            rows -> NamedTensors.of(OpenCalls.batch(rows)),
            progress -> {});
    assertEquals(List.of(1, 2, 1), doubling.calls);
    assertEquals(0, engine.live());
  }

  @Test
  void someRowsAreVerifiedByThemselves() {
    WrappedFunction<HostTensor> function =
        function(verifying(PartialMiss.COMPUTE_MISSING, Mismatch.REPORT));
    OpenCalls.call(function, 1, 2);
    OpenCalls.call(function, 1, 2, 1);
    assertEquals(List.of(2, 2), doubling.calls);
    assertEquals(2, engine.live());
  }

  @Test
  void aWholeBatchIsVerifiedAsItCame() {
    WrappedFunction<HostTensor> function =
        function(verifying(PartialMiss.COMPUTE_MISSING, Mismatch.REPORT));
    OpenCalls.call(function, 1, 2);
    int before = engine.allocated.size();
    OpenCalls.call(function, 1, 2);
    assertEquals(List.of(2, 2), doubling.calls);
    assertEquals(1, engine.allocated.size() - before, "the result only");
  }

  @Test
  void aFunctionOfWholeBatchesIsVerifiedWithTheBatch() {
    WrappedFunction<HostTensor> function =
        function(verifying(PartialMiss.RECOMPUTE_BATCH, Mismatch.REPORT));
    OpenCalls.call(function, 1, 2, 1);
    OpenCalls.call(function, 1, 2, 1);
    assertEquals(List.of(3, 3), doubling.calls);
    assertEquals(2, open.stats().rowsVerified());
    assertEquals(2, engine.live());
  }

  @Test
  void aResultThatIsMendedIsReleased() {
    WrappedFunction<HostTensor> function =
        function(verifying(PartialMiss.COMPUTE_MISSING, Mismatch.REPORT));
    OpenCalls.call(function, 1, 2);
    doubling.change = values -> new float[values.length];
    assertArrayEquals(new float[2], OpenCalls.call(function, 1, 2));
    assertEquals(2, engine.live());
  }

  @Test
  void aResultThatFailsTheCallIsReleased() {
    WrappedFunction<HostTensor> function =
        function(verifying(PartialMiss.COMPUTE_MISSING, Mismatch.FAIL));
    OpenCalls.call(function, 1, 2);
    doubling.change = values -> new float[values.length];
    assertThrows(MismatchException.class, () -> OpenCalls.call(function, 1, 2));
    assertEquals(1, engine.live());
  }
}
