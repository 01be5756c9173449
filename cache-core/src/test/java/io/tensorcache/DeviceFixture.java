package io.tensorcache;

import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** Rows that are known by their number, and a function of them on the stand-in's devices. */
abstract class DeviceFixture {
  final StandinTensor.Adapter adapter = new StandinTensor.Adapter();
  final List<Long> asked = new CopyOnWriteArrayList<>(); // rows of each call of the function
  final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  private final int columns;

  DeviceFixture(int columns) {
    this.columns = columns;
  }

  @AfterEach
  void reset() {
    Standin.reset();
    Standin.restart(0);
    Standin.restart(1);
  }

  /** Plays an engine: reads its input and writes its output in its own stream. */
  StandinTensor engine(StandinTensor input) {
    asked.add(input.spec().dim(0));
    return StandinTensor.of(input.device(), computed(input.floats()), input.spec().shape());
  }

  /** What the function computes of each element. */
  static float[] computed(float[] values) {
    float[] results = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      results[i] = 2 * values[i] + 1;
    }
    return results;
  }

  CachedFunction<StandinTensor> wrap(TensorCache cache) {
    return cache.function("f", Fingerprint.version("1"), adapter).probing(false).wrap(this::engine);
  }

  float[] values(int... rows) {
    float[] values = new float[rows.length * columns];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < columns; column++) {
        values[row * columns + column] = rows[row] + column / 1000f;
      }
    }
    return values;
  }

  StandinTensor batch(int device, int... rows) {
    return StandinTensor.of(device, values(rows), rows.length, columns);
  }

  float[] expected(int... rows) {
    return computed(values(rows));
  }
}
