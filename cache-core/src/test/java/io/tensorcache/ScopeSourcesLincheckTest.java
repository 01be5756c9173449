package io.tensorcache;

import io.tensorcache.config.ByteSize;
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

/**
 * A chain of entries, S, K computed from S and L from K, behaves as if calls came one after
 * another: whoever changes S has changed K and L, and nothing is kept of what was before. A call
 * for L makes K first, by a call of its own; so no operation here tells whether K is there.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class ScopeSourcesLincheckTest {
  /** One for all runs: a run has a scope of its own. */
  private static final TensorCache CACHE =
      TensorCache.builder("lincheck").heap(ByteSize.ofMiB(1)).build();

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final Scope<HostTensor> scope =
      CACHE
          .scopeBuilder("run " + RUNS.incrementAndGet(), HostTensor.adapter())
          .retention(RUNS.get() % 2 == 0 ? Retention.STRONG : Retention.COPY)
          .open();

  private static HostTensor tensor(int value) {
    return HostTensor.ofFloats(new float[] {value}, 1);
  }

  private static int number(@Nullable HostTensor tensor) {
    return tensor == null ? 0 : (int) tensor.floats()[0];
  }

  private HostTensor k() {
    return scope.entry("K").dependsOn("S").get(() -> tensor(10 + number(scope.getIfPresent("S"))));
  }

  @Operation
  public void put(@Param(name = "value") int value) {
    scope.put("S", tensor(value));
  }

  @Operation
  public void overwrite(@Param(name = "value") int value) {
    scope.entry("S").overwrite(() -> tensor(value));
  }

  @Operation
  public void remove() {
    scope.remove("S");
  }

  @Operation
  public void reset() {
    scope.reset();
  }

  @Operation
  public void takeK() {
    scope.take("K");
  }

  @Operation
  public int lookL() {
    return number(scope.getIfPresent("L"));
  }

  @Operation
  public int getK() {
    return number(k());
  }

  @Operation
  public int getL() {
    return number(scope.entry("L").dependsOn("K").get(() -> tensor(100 + number(k()))));
  }

  /** What a scope does, by three numbers; 0 is absent. */
  public static class OneAfterAnother {
    private int s;
    private int k;
    private int l;

    public void put(int value) {
      remove();
      s = value;
    }

    public void overwrite(int value) {
      put(value);
    }

    public void remove() {
      s = 0;
      k = 0;
      l = 0;
    }

    public void reset() {
      remove();
    }

    public void takeK() {
      k = 0;
    }

    public int lookL() {
      return l;
    }

    public int getK() {
      k = k == 0 ? 10 + s : k;
      return k;
    }

    public int getL() {
      l = l == 0 ? 100 + getK() : l;
      return l;
    }

    /** Equal states are checked once. */
    @Override
    public boolean equals(Object other) {
      return other instanceof OneAfterAnother that && s == that.s && k == that.k && l == that.l;
    }

    @Override
    public int hashCode() {
      return 1000 * s + 100 * k + l;
    }
  }

  @Test
  void aChainIsLinearizable() {
    check(5);
  }

  @Test
  @Tag("nightly")
  void aChainIsLinearizableAllNight() {
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
        .check(ScopeSourcesLincheckTest.class);
  }
}
