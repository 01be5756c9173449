package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An entry is where it is, in memory or in the store: calls behave as if it were one place. */
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class ScopeStoreLincheckTest {
  /** One for all runs, with a store of its own: a run has a scope of its own. */
  private static final TensorCache CACHE =
      TensorCache.builder("lincheck").heap(ByteSize.ofMiB(1)).store(store -> {}).build();

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final Scope<HostTensor> scope =
      CACHE
          .scopeBuilder("run " + RUNS.incrementAndGet(), HostTensor.adapter())
          .retention(RUNS.get() % 2 == 0 ? Retention.STRONG : Retention.COPY)
          .fingerprint(Fingerprint.version("1"))
          .open();

  private static HostTensor tensor(int value) {
    return HostTensor.ofFloats(new float[] {value}, 1);
  }

  private static int number(@Nullable HostTensor tensor) {
    return tensor == null ? 0 : (int) tensor.floats()[0];
  }

  @Operation
  public void persist(@Param(name = "value") int value) {
    scope.entry("P").persisting(true).put(tensor(value));
  }

  @Operation
  public void put(@Param(name = "value") int value) {
    scope.put("P", tensor(value));
  }

  @Operation
  public int getPersisting(@Param(name = "value") int value) {
    return number(scope.entry("P").persisting(true).get(() -> tensor(value)));
  }

  @Operation
  public int get(@Param(name = "value") int value) {
    return number(scope.get("P", () -> tensor(value)));
  }

  @Operation
  public int look() {
    return number(scope.getIfPresent("P"));
  }

  @Operation
  public int take() {
    return number(scope.take("P"));
  }

  @Operation
  public int remove() {
    return scope.remove("P");
  }

  @Operation
  public void trim() {
    scope.trimTo(CacheLevel.NONE);
  }

  @Operation
  public void reset() {
    scope.reset();
  }

  /** What a scope does, by a number; 0 is absent. */
  public static class OneAfterAnother {
    private int value;
    private boolean persists;

    public void persist(int given) {
      value = given;
      persists = true;
    }

    public void put(int given) {
      value = given;
      persists = false;
    }

    public int getPersisting(int computed) {
      if (value == 0) {
        persist(computed);
      }
      return value;
    }

    public int get(int computed) {
      if (value == 0) {
        put(computed);
      }
      return value;
    }

    public int look() {
      return value;
    }

    public int take() {
      int taken = value;
      value = 0;
      return taken;
    }

    public int remove() {
      return take() == 0 ? 0 : 1;
    }

    public void trim() {
      value = persists ? value : 0;
    }

    public void reset() {
      trim();
    }

    /** Equal states are checked once. */
    @Override
    public boolean equals(Object other) {
      return other instanceof OneAfterAnother that
          && value == that.value
          && (value == 0 || persists == that.persists);
    }

    @Override
    public int hashCode() {
      return value;
    }
  }

  @Test
  void memoryAndStoreAreOnePlace() {
    check(5);
  }

  @Test
  @Tag("nightly")
  void memoryAndStoreAreOnePlaceAllNight() {
    check(200);
  }

  private static void check(int scenarios) {
    new StressOptions()
        .threads(4)
        .actorsPerThread(2)
        .actorsBefore(2)
        .actorsAfter(3)
        .iterations(scenarios)
        .invocationsPerIteration(60)
        .minimizeFailedScenario(false)
        .sequentialSpecification(OneAfterAnother.class)
        .check(ScopeStoreLincheckTest.class);
  }
}
