package io.tensorcache;

import io.tensorcache.internal.call.RowProbe;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A function on host tensors that counts its calls and the rows it computes, without those of the
 * probe. Safe for use by several threads.
 */
public final class Counted implements TensorFunction<HostTensor> {
  final AtomicInteger calls = new AtomicInteger();
  final AtomicInteger rows = new AtomicInteger();
  private final Function<HostTensor, HostTensor> function;

  private Counted(Function<HostTensor, HostTensor> function) {
    this.function = function;
  }

  static Counted of(Function<HostTensor, HostTensor> function) {
    return new Counted(function);
  }

  /**
   * Each row of float32 to {@code width} floats that depend on every element of the row and its
   * position.
   */
  static Counted features(int width) {
    return new Counted(input -> featuresOf(input, width, 1));
  }

  static HostTensor featuresOf(HostTensor input, int width, float weight) {
    float[] values = input.floats();
    int rows = (int) input.spec().dim(0);
    int columns = rows == 0 ? 0 : values.length / rows;
    float[] out = new float[rows * width];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < width; k++) {
        out[row * width + k] = weight * feature(values, row * columns, columns, k);
      }
    }
    return HostTensor.ofFloats(out, rows, width);
  }

  private static float feature(float[] values, int from, int count, int k) {
    double sum = k;
    for (int i = 0; i < count; i++) {
      sum += values[from + i] * Math.sin(1 + i + 0.1 * k);
    }
    return (float) sum;
  }

  @Override
  public HostTensor apply(HostTensor input) {
    if (isProbe()) {
      return function.apply(input);
    }
    calls.incrementAndGet();
    rows.addAndGet((int) (input.spec().rank() == 0 ? 1 : input.spec().dim(0)));
    return function.apply(input);
  }

  /** True inside the one call more that {@link RowProbe} makes. */
  static boolean isProbe() {
    String probe = RowProbe.class.getName();
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(probe)));
  }

  /** A float32 batch filled with numbers that are different in each row. */
  public static HostTensor batch(int firstRow, int rows, long... rowShape) {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, rowShape).batch(rows);
    float[] values = new float[(int) spec.elementCount()];
    int columns = rows == 0 ? 0 : values.length / rows;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(0.37 * (i % columns) + 1.7 * (firstRow + i / columns));
    }
    return HostTensor.ofFloats(values, spec.shape());
  }

  static HostTensor rowsOf(HostTensor batch, int... wanted) {
    return HostTensor.adapter().selectRows(batch, wanted);
  }

  static byte[] bytesOf(HostTensor tensor) {
    byte[] bytes = new byte[(int) tensor.spec().byteCount()];
    tensor.bytes().get(bytes);
    return bytes;
  }

  static boolean sameBits(HostTensor a, HostTensor b) {
    return a.spec().equals(b.spec()) && Arrays.equals(bytesOf(a), bytesOf(b));
  }
}
