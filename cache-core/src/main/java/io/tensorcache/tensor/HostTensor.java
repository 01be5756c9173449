package io.tensorcache.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A contiguous tensor in a direct buffer, for programs without an engine: plain arrays in, plain
 * arrays out. The garbage collector frees it. Confined to one thread while it is written.
 * <!-- region: host-tensor, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * HostTensor x = HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2); // values, then the shape
 * HostTensor same = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});
 * float[] values = x.floats(); // a copy, row-major
 * String text = x.toString(); // float32[2, 2] [1.0, 2.0, 3.0, 4.0]
 * }</pre>
 */
public final class HostTensor {
  private static final TensorAdapter<HostTensor> ADAPTER = new Adapter();

  private final TensorSpec spec;
  private final ByteBuffer bytes;

  private HostTensor(TensorSpec spec, ByteBuffer bytes) {
    this.spec = spec;
    this.bytes = bytes;
  }

  /** Returns a tensor of zeros. */
  public static HostTensor zeros(TensorSpec spec) {
    if (spec.byteCount() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          spec
              + " has "
              + spec.byteCount()
              + " bytes; a HostTensor holds at most "
              + Integer.MAX_VALUE);
    }
    return new HostTensor(
        spec, ByteBuffer.allocateDirect((int) spec.byteCount()).order(ByteOrder.LITTLE_ENDIAN));
  }

  /**
   * Returns a float32 tensor with a copy of these values, row-major.
   *
   * @throws IllegalArgumentException if the shape has another number of elements
   */
  public static HostTensor ofFloats(float[] values, long... shape) {
    HostTensor tensor = zeros(TensorSpec.of(DType.FLOAT32, shape));
    tensor.checkCount(values.length);
    tensor.bytes().asFloatBuffer().put(values);
    return tensor;
  }

  /** Returns a float32 tensor with a copy of equally long rows: {@code [rows, columns]}. */
  public static HostTensor ofRows(float[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    HostTensor tensor = zeros(TensorSpec.of(DType.FLOAT32, rows.length, columns));
    var floats = tensor.bytes().asFloatBuffer();
    for (float[] row : rows) {
      if (row.length != columns) {
        throw new IllegalArgumentException(
            "a row of " + row.length + " values among rows of " + columns);
      }
      floats.put(row);
    }
    return tensor;
  }

  /** Returns a float64 tensor with a copy of these values, row-major. */
  public static HostTensor ofDoubles(double[] values, long... shape) {
    HostTensor tensor = zeros(TensorSpec.of(DType.FLOAT64, shape));
    tensor.checkCount(values.length);
    tensor.bytes().asDoubleBuffer().put(values);
    return tensor;
  }

  /** Returns an int64 tensor with a copy of these values, row-major. */
  public static HostTensor ofLongs(long[] values, long... shape) {
    HostTensor tensor = zeros(TensorSpec.of(DType.INT64, shape));
    tensor.checkCount(values.length);
    tensor.bytes().asLongBuffer().put(values);
    return tensor;
  }

  private void checkCount(int values) {
    if (values != spec.elementCount()) {
      throw new IllegalArgumentException(
          values + " values for " + spec + ", which has " + spec.elementCount());
    }
  }

  /** Returns the adapter to give to {@code wrap}. */
  public static TensorAdapter<HostTensor> adapter() {
    return ADAPTER;
  }

  /** Returns the dtype and shape. */
  public TensorSpec spec() {
    return spec;
  }

  /** Returns the elements, little-endian, from position 0. They are shared, not copied. */
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns a copy of the elements of a float32 tensor, row-major. */
  public float[] floats() {
    require(DType.FLOAT32);
    float[] values = new float[(int) spec.elementCount()];
    bytes().asFloatBuffer().get(values);
    return values;
  }

  /** Returns a copy of the elements of a float64 tensor, row-major. */
  public double[] doubles() {
    require(DType.FLOAT64);
    double[] values = new double[(int) spec.elementCount()];
    bytes().asDoubleBuffer().get(values);
    return values;
  }

  /** Returns a copy of the elements of an int64 tensor, row-major. */
  public long[] longs() {
    require(DType.INT64);
    long[] values = new long[(int) spec.elementCount()];
    bytes().asLongBuffer().get(values);
    return values;
  }

  private void require(DType dtype) {
    if (spec.dtype() != dtype) {
      throw new IllegalStateException("this tensor is " + spec + ", not " + dtype);
    }
  }

  /** Says the spec, and the values of a small float32 tensor. */
  @Override
  public String toString() {
    if (spec.dtype() == DType.FLOAT32 && spec.elementCount() <= 16) {
      return spec + " " + Arrays.toString(floats());
    }
    return spec.toString();
  }

  private static final class Adapter implements TensorAdapter<HostTensor> {
    @Override
    public Class<HostTensor> type() {
      return HostTensor.class;
    }

    @Override
    public TensorView view(HostTensor tensor) {
      return TensorView.of(tensor.spec, HostMemory.of(tensor.bytes));
    }

    @Override
    public HostTensor allocate(TensorSpec spec, HostTensor like) {
      return zeros(spec);
    }

    @Override
    public HostTensor allocate(TensorSpec spec) {
      return zeros(spec);
    }

    @Override
    public void release(HostTensor tensor) {
      // the garbage collector's
    }
  }
}
