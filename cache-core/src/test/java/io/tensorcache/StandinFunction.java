package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.device.StandinTensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * 2 x + 1 on tensors of the stand-in's devices, with what it was asked and what the cache told of.
 * Safe for use by several threads.
 */
final class StandinFunction {
  static final int COLUMNS = 60; // 240 bytes: a row counts for 256

  final StandinTensor.Adapter adapter = new StandinTensor.Adapter();
  final List<Long> asked = new CopyOnWriteArrayList<>(); // rows of each call
  final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  private final List<StandinTensor> made = new CopyOnWriteArrayList<>();

  /** A cache whose device tier holds so many rows. */
  TensorCacheBuilder builder(long rows) {
    return TensorCache.builder("device")
        .device(ByteSize.ofBytes(256 * rows))
        .deviceReserve(ByteSize.ofBytes(0))
        .listener(failures::add);
  }

  CachedFunction<StandinTensor> wrap(TensorCache cache) {
    return cache
        .function("f", Fingerprint.version("1"), adapter)
        .probing(false)
        .wrap(this::compute);
  }

  StandinTensor compute(StandinTensor input) {
    asked.add(input.spec().dim(0));
    float[] values = computed(input.floats());
    StandinTensor output = StandinTensor.of(input.device(), values, input.spec().shape());
    made.add(output);
    return output;
  }

  /** Frees what it returned, as an engine does with what nobody holds any more. */
  void free() {
    made.forEach(StandinTensor::close);
    made.clear();
  }

  static StandinTensor batch(int device, int... rows) {
    return StandinTensor.of(device, values(rows), rows.length, COLUMNS);
  }

  static float[] values(int... rows) {
    float[] values = new float[rows.length * COLUMNS];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        values[row * COLUMNS + column] = rows[row] + column / 1000f;
      }
    }
    return values;
  }

  static float[] expected(int... rows) {
    return computed(values(rows));
  }

  private static float[] computed(float[] values) {
    float[] results = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      results[i] = 2 * values[i] + 1;
    }
    return results;
  }

  /** Calls it for these rows, and compares what it returns. */
  void check(CachedFunction<StandinTensor> cached, int device, int... rows) {
    StandinTensor input = batch(device, rows);
    StandinTensor output = cached.apply(input);
    assertEquals(device, output.device());
    assertArrayEquals(expected(rows), output.floats());
    if (!made.contains(output)) { // else the function ran by itself
      output.close();
    }
    input.close();
  }
}
