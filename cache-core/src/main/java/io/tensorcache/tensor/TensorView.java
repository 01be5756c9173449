package io.tensorcache.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor as the cache sees it: spec, strides and memory. It never copies and never owns.
 * Immutable; valid while the tensor it was taken from is alive and unchanged.
 * <!-- region: tensor-view, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * ByteBuffer buffer = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
 * HostMemory memory = HostMemory.of(buffer); // shared, not copied
 * TensorSpec spec = TensorSpec.of(DType.FLOAT32, 3, 2);
 * TensorView rows = TensorView.of(spec, memory);
 * TensorView transposed = TensorView.of(spec, new long[] {4, 12}, memory, 0); // byte strides
 * byte[] row = new byte[8];
 * RowCopy.copy(transposed, 1, row); // the second row, made contiguous
 * }</pre>
 */
public final class TensorView {
  private final TensorSpec spec;
  private final long[] byteStrides;
  private final TensorMemory memory;
  private final long byteOffset;
  private final boolean contiguous;

  private TensorView(TensorSpec spec, long[] byteStrides, TensorMemory memory, long byteOffset) {
    this.spec = spec;
    this.byteStrides = byteStrides;
    this.memory = memory;
    this.byteOffset = byteOffset;
    this.contiguous = Arrays.equals(normalised(spec, byteStrides), contiguousStrides(spec));
    checkBounds();
  }

  /** Returns a contiguous tensor that starts at the first byte of {@code memory}. */
  public static TensorView of(TensorSpec spec, TensorMemory memory) {
    return new TensorView(spec, contiguousStrides(spec), memory, 0);
  }

  /**
   * Returns a tensor of any strides, in bytes per step along each axis. A stride may be 0 (a
   * broadcast axis) or negative.
   *
   * @throws IllegalArgumentException if an element would lie outside {@code memory}
   */
  public static TensorView of(
      TensorSpec spec, long[] byteStrides, TensorMemory memory, long byteOffset) {
    if (byteStrides.length != spec.rank()) {
      throw new IllegalArgumentException(
          byteStrides.length + " strides for " + spec + ": one per axis is needed");
    }
    return new TensorView(spec, byteStrides.clone(), memory, byteOffset);
  }

  private static long[] contiguousStrides(TensorSpec spec) {
    long[] strides = new long[spec.rank()];
    long step = spec.dtype().byteSize();
    for (int axis = spec.rank() - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= Math.max(1, spec.dim(axis));
    }
    return strides;
  }

  /**
   * Strides of axes with one element say nothing; make them what a contiguous tensor would have.
   */
  private static long[] normalised(TensorSpec spec, long[] strides) {
    long[] plain = contiguousStrides(spec);
    long[] result = strides.clone();
    for (int axis = 0; axis < result.length; axis++) {
      if (spec.dim(axis) <= 1 || spec.elementCount() == 0) {
        result[axis] = plain[axis];
      }
    }
    return result;
  }

  private void checkBounds() {
    if (spec.elementCount() == 0) {
      return;
    }
    long first = byteOffset;
    long last = byteOffset;
    for (int axis = 0; axis < byteStrides.length; axis++) {
      long reach = Math.multiplyExact(byteStrides[axis], spec.dim(axis) - 1);
      first = Math.addExact(first, Math.min(0, reach));
      last = Math.addExact(last, Math.max(0, reach));
    }
    if (first < 0 || last + spec.dtype().byteSize() > memory.byteCount()) {
      throw new IllegalArgumentException(
          spec
              + " with byte strides "
              + Arrays.toString(byteStrides)
              + " from byte "
              + byteOffset
              + " reaches bytes "
              + first
              + ".."
              + (last + spec.dtype().byteSize())
              + " of a block of "
              + memory.byteCount()
              + " bytes");
    }
  }

  /** Returns the dtype and shape. */
  public TensorSpec spec() {
    return spec;
  }

  /** Returns how many bytes lie from one element to the next along an axis. */
  public long byteStride(int axis) {
    return byteStrides[axis];
  }

  /** Returns the memory the elements lie in. */
  public TensorMemory memory() {
    return memory;
  }

  /** Returns how many bytes lie from the start of {@link #memory()} to the first element. */
  public long byteOffset() {
    return byteOffset;
  }

  /** Says whether the elements lie one after another in row-major order. */
  public boolean isContiguous() {
    return contiguous;
  }

  /**
   * Returns one row of this batch as a batch of its own, {@code [1, ...]}, in the same memory.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public TensorView rowAlone(int index) {
    Objects.checkIndex(index, spec.dim(0));
    long offset = byteOffset + index * byteStrides[0];
    return new TensorView(spec.row().batch(1), byteStrides, memory, offset);
  }

  /** Returns this tensor as a batch of one row: {@code [1, ...]}. */
  public TensorView asSingleRow() {
    long[] strides = new long[byteStrides.length + 1];
    strides[0] = spec.byteCount();
    System.arraycopy(byteStrides, 0, strides, 1, byteStrides.length);
    return new TensorView(spec.batch(1), strides, memory, byteOffset);
  }
}
