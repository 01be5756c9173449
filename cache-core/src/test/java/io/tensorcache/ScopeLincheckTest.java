package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Eight threads on one scope behave as if their calls came one after another, checked by Lincheck
 * against a map.
 */
@Param(name = "name", gen = IntGen.class, conf = "0:2")
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class ScopeLincheckTest {
  private static final List<HostTensor> VALUES = new ArrayList<>();

  static {
    for (int i = 0; i < 10; i++) {
      VALUES.add(HostTensor.ofFloats(new float[] {i}, 1));
    }
  }

  /** One for all runs: a run has a scope of its own. */
  private static final TensorCache CACHE =
      TensorCache.builder("lincheck").heap(ByteSize.ofMiB(1)).build();

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final Scope<HostTensor> scope =
      CACHE
          .scopeBuilder("run " + RUNS.incrementAndGet(), HostTensor.adapter())
          .retention(Retention.STRONG)
          .open();

  private static @Nullable Integer number(@Nullable HostTensor tensor) {
    return tensor == null ? null : (int) tensor.floats()[0];
  }

  @Operation
  public @Nullable Integer get(@Param(name = "name") int name, @Param(name = "value") int value) {
    return number(scope.get("x" + name, () -> VALUES.get(value)));
  }

  @Operation
  public @Nullable Integer getIfPresent(@Param(name = "name") int name) {
    return number(scope.getIfPresent("x" + name));
  }

  @Operation
  public void put(@Param(name = "name") int name, @Param(name = "value") int value) {
    scope.put("x" + name, VALUES.get(value));
  }

  @Operation
  public @Nullable Integer take(@Param(name = "name") int name) {
    return number(scope.take("x" + name));
  }

  @Operation
  public int remove(@Param(name = "name") int name) {
    return scope.remove("x" + name);
  }

  /** What a scope does, by a map. */
  public static class OneAfterAnother {
    private final Map<Integer, Integer> values = new ConcurrentHashMap<>();

    public @Nullable Integer get(int name, int value) {
      Integer before = values.putIfAbsent(name, value);
      return before == null ? (Integer) value : before;
    }

    public @Nullable Integer getIfPresent(int name) {
      return values.get(name);
    }

    public void put(int name, int value) {
      values.put(name, value);
    }

    public @Nullable Integer take(int name) {
      return values.remove(name);
    }

    public int remove(int name) {
      return values.remove(name) == null ? 0 : 1;
    }

    /** Equal states are checked once. */
    @Override
    public boolean equals(Object other) {
      return other instanceof OneAfterAnother that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
      return values.hashCode();
    }
  }

  @Test
  void eightThreadsAreLinearizable() {
    check(3);
  }

  @Test
  @Tag("nightly")
  void eightThreadsAreLinearizableAllNight() {
    check(100);
  }

  private static void check(int scenarios) {
    new StressOptions()
        .threads(8)
        .actorsPerThread(1)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(scenarios)
        .invocationsPerIteration(60)
        .minimizeFailedScenario(false)
        .sequentialSpecification(OneAfterAnother.class)
        .check(ScopeLincheckTest.class);
  }
}
