package io.tensorcache;

import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.internal.call.InFlight;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.tensor.HostTensor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thread whose call ends with an error, wherever that is thrown, keeps no other one waiting. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ErrorsInCallsTest {
  private static final int WIDTH = 3;
  private static final Duration PATIENCE = Duration.ofHours(1); // nothing here ends by it

  private final HostTensor batch = Counted.batch(0, 6, WIDTH);

  private static HostTensor function(FailingSteps steps, HostTensor in) {
    steps.step();
    return Counted.featuresOf(in, WIDTH, 1);
  }

  private TensorCache cache(InFlight inFlight) {
    RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    try (TensorCache model = TensorCache.builder("errors").heap(ByteSize.ofMiB(1)).build()) {
      return new TensorCache(
          new CacheCore(model.config(), keys, null, inFlight, InstantSource.system()));
    }
  }

  /** True if the call came to the step that fails. */
  private boolean failsAt(int step, Error error, boolean isLasting, PartialMiss partialMiss)
      throws Exception {
    FailingSteps steps = new FailingSteps(step, error, isLasting);
    InFlight inFlight = new InFlight(PATIENCE);
    try (TensorCache cache = cache(inFlight)) {
      var cached =
          cache
              .function("f", Fingerprint.version("1"), steps.adapter())
              .onPartialMiss(partialMiss)
              .wrap(in -> function(steps, in));
      FutureTask<HostTensor> other =
          new FutureTask<>(
              () -> {
                steps.awaitFailure();
                return cached.apply(batch);
              });
      if (isLasting) {
        cached.apply(Counted.batch(2, 2, WIDTH)); // so that there is a result to be given up
      }
      steps.begin(other);
      Error thrown = null;
      try {
        cached.apply(Counted.batch(3, 6, WIDTH));
      } catch (Error e) {
        thrown = e;
      }
      steps.end();
      assertTrue(
          sameBits(Counted.featuresOf(batch, WIDTH, 1), other.get(60, TimeUnit.SECONDS)),
          "step " + step);
      assertEquals(0, inFlight.size(), "step " + step);
      if (thrown != null) {
        assertSame(error, thrown);
      }
      return steps.count() >= step;
    }
  }

  @ParameterizedTest
  @EnumSource(PartialMiss.class)
  void noErrorBetweenClaimAndLandingKeepsOthersWaiting(PartialMiss partialMiss) throws Exception {
    FailingSteps.failEach(
        10, 5, (step, error, isLasting) -> failsAt(step, error, isLasting, partialMiss));
  }
}
