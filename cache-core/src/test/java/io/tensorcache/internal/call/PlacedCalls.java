package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.DeviceStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Calls of a function that doubles float32 rows in the stand-in's memory, in a cache with a device
 * tier.
 */
abstract class PlacedCalls {
  final long stream = Standin.stream(0);
  final PlacedTensor.Adapter adapter = new PlacedTensor.Adapter(0, stream);
  final List<Integer> asked = new ArrayList<>(); // rows of each call
  OpenCalls open = new OpenCalls(OpenRows.onDevice(100 * 256, 50));

  /** What the function returns, of twice its input. */
  UnaryOperator<PlacedTensor> placed = twice -> twice;

  @AfterEach
  void close() {
    open.close();
  }

  @BeforeEach
  void tryTheAdapter() {
    call(function("tried", settings(Granularity.ROWS, null)), 100);
    asked.clear();
    function("tried", settings(Granularity.ROWS, null)).places().tiers().trimDevice(NONE);
  }

  static final ByteSize NONE = ByteSize.ofBytes(0);

  void reopen(OpenRows rows) {
    open.close();
    open = new OpenCalls(rows);
  }

  static FunctionSettings settings(Granularity granularity, @Nullable DType storeAs) {
    return settings(granularity, storeAs, false);
  }

  static FunctionSettings settings(
      Granularity granularity, @Nullable DType storeAs, boolean persisting) {
    RowChecks none = new RowChecks(0, 0, Mismatch.REPORT, -1);
    return new FunctionSettings(
        HostTensor.class,
        CacheLevel.NORMAL,
        granularity,
        PartialMiss.COMPUTE_MISSING,
        storeAs,
        persisting,
        none);
  }

  WrappedFunction<PlacedTensor> function(String name, FunctionSettings settings) {
    NamedOperation<PlacedTensor> operation =
        new NamedOperation<>() {
          @Override
          public NamedTensors<PlacedTensor> apply(NamedTensors<PlacedTensor> inputs) {
            return compute(inputs.first());
          }

          @Override
          public Object code() {
            return this;
          }
        };
    return open.wrap(name, settings, adapter, operation, Recheck.ON_REQUEST);
  }

  WrappedFunction<PlacedTensor> function() {
    return function("f", settings(Granularity.ROWS, null));
  }

  NamedTensors<PlacedTensor> compute(PlacedTensor input) {
    float[] values = input.floats();
    asked.add(values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] *= 2;
    }
    PlacedTensor twice = PlacedTensor.of(input.memory().device(), stream, values, values.length, 1);
    return NamedTensors.of(placed.apply(twice));
  }

  PlacedTensor batch(float... rows) {
    return PlacedTensor.of(0, stream, rows, rows.length, 1);
  }

  NamedTensors<PlacedTensor> outputs(WrappedFunction<PlacedTensor> function, float... rows) {
    return new CachedCall<>(function, NamedTensors.of(batch(rows))).outputs();
  }

  float[] call(WrappedFunction<PlacedTensor> function, float... rows) {
    return outputs(function, rows).first().floats();
  }

  void assertCalled(WrappedFunction<PlacedTensor> function, float... rows) {
    float[] twice = rows.clone();
    for (int i = 0; i < rows.length; i++) {
      twice[i] *= 2;
    }
    assertArrayEquals(twice, call(function, rows));
  }

  long hits(Tier tier) {
    return open.stats().hitsByTier().getOrDefault(tier, 0L);
  }

  static DeviceStats device(WrappedFunction<PlacedTensor> function) {
    return function.places().tiers().devices().get(0);
  }

  long rowsInMemory() {
    return open.stats().functions().stream()
        .filter(each -> each.name().equals("f"))
        .mapToLong(each -> each.rowsInMemory())
        .sum();
  }
}
