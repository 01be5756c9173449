package io.tensorcache.tensor;

import java.util.Arrays;

/**
 * The dtype and shape of a tensor, row-major. Immutable; safe for use by several threads.
 *
 * <p>Shapes are written {@code [batch, channels, height, width]}. A 0-d tensor has an empty shape
 * and one element.
 * <!-- region: tensor-spec, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * TensorSpec images = TensorSpec.of(DType.UINT8, 32, 3, 224, 224);
 * TensorSpec image = images.row(); // uint8[3, 224, 224]
 * long bytes = image.byteCount(); // 150528
 * TensorSpec floats = image.withDtype(DType.FLOAT32).batch(8); // float32[8, 3, 224, 224]
 * }</pre>
 */
public final class TensorSpec {
  private final DType dtype;
  private final long[] shape;
  private final long elementCount;

  private TensorSpec(DType dtype, long[] shape) {
    this.dtype = dtype;
    this.shape = shape;
    this.elementCount = product(dtype, shape);
  }

  /**
   * Returns the spec of this dtype and shape.
   *
   * @throws IllegalArgumentException if a dimension is negative or the bytes do not fit a long
   */
  public static TensorSpec of(DType dtype, long... shape) {
    return new TensorSpec(dtype, shape.clone());
  }

  private static long product(DType dtype, long[] shape) {
    long count = 1;
    try {
      for (long dim : shape) {
        if (dim < 0) {
          throw new IllegalArgumentException(
              "dimension " + dim + " in shape " + Arrays.toString(shape) + ": must be >= 0");
        }
        count = Math.multiplyExact(count, dim);
      }
      Math.multiplyExact(count, (long) dtype.byteSize());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " of " + dtype + " exceeds 2^63 bytes", e);
    }
    return count;
  }

  /** Returns the element type. */
  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the dimensions. */
  public long[] shape() {
    return shape.clone();
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** Returns the size of one dimension; they are counted from 0. */
  public long dim(int axis) {
    return shape[axis];
  }

  /** Returns the product of the dimensions, which is 1 for a 0-d tensor. */
  public long elementCount() {
    return elementCount;
  }

  /** Returns the bytes of the elements, without padding. */
  public long byteCount() {
    return elementCount * dtype.byteSize();
  }

  /**
   * Returns the spec of one row, which lacks the first axis.
   *
   * @throws IllegalArgumentException if this is a 0-d tensor, which has no rows
   */
  public TensorSpec row() {
    if (shape.length == 0) {
      throw new IllegalArgumentException(
          "a 0-d tensor of " + dtype + " has no rows; use Granularity.WHOLE");
    }
    return new TensorSpec(dtype, Arrays.copyOfRange(shape, 1, shape.length));
  }

  /** Returns the spec of a batch of {@code rows} rows of this spec. */
  public TensorSpec batch(long rows) {
    long[] dims = new long[shape.length + 1];
    dims[0] = rows;
    System.arraycopy(shape, 0, dims, 1, shape.length);
    return new TensorSpec(dtype, dims);
  }

  /** Returns the spec of this shape with another dtype. */
  public TensorSpec withDtype(DType other) {
    return other == dtype ? this : new TensorSpec(other, shape);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorSpec that
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return 31 * dtype.hashCode() + Arrays.hashCode(shape);
  }

  /** Says, for example, {@code float32[32, 3, 224, 224]}. */
  @Override
  public String toString() {
    return dtype.name().toLowerCase(java.util.Locale.ROOT) + Arrays.toString(shape);
  }
}
