package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A thread whose computation of an entry ends with an error, wherever that is thrown, keeps no
 * other one waiting, and the entry can be asked for by any of them afterwards.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ErrorsInScopesTest {
  private static final long[] VALUE = {1, 2, 3};

  /** The entry, and another one within its computation. */
  private static HostTensor get(Scope<HostTensor> scope, FailingSteps steps) {
    return scope.get(
        "outer",
        () -> {
          steps.step();
          HostTensor inner =
              scope.get(
                  "inner",
                  () -> {
                    steps.step();
                    return HostTensor.ofLongs(VALUE, VALUE.length);
                  });
          steps.step();
          return inner;
        });
  }

  /** True if the call came to the step that fails. */
  private static boolean failsAt(int step, Error error, boolean isLasting, boolean copies)
      throws Exception {
    FailingSteps steps = new FailingSteps(step, error, isLasting);
    try (TensorCache cache = TensorCache.builder("errors").heap(ByteSize.ofMiB(1)).build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", steps.adapter())
              .level(CacheLevel.TOTAL)
              .retention(copies ? Retention.COPY : Retention.STRONG)
              .open();
      FutureTask<HostTensor> other =
          new FutureTask<>(
              () -> {
                steps.awaitFailure();
                return get(scope, steps);
              });
      steps.begin(other);
      Error thrown = null;
      try {
        get(scope, steps);
      } catch (Error e) {
        thrown = e;
      }
      steps.end();
      assertArrayEquals(VALUE, other.get(60, TimeUnit.SECONDS).longs(), "step " + step);
      int count = steps.count();
      assertArrayEquals(VALUE, get(scope, steps).longs(), "the same thread, step " + step);
      if (thrown != null) {
        assertSame(error, thrown);
      }
      return count >= step;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noErrorInAComputationKeepsOthersWaiting(boolean copies) throws Exception {
    FailingSteps.failEach(
        3, 3, (step, error, isLasting) -> failsAt(step, error, isLasting, copies));
  }
}
