package io.tensorcache.internal.key;

import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.Arrays;

/**
 * Where the elements of the rows of a batch lie, with axes merged where one continues the other, so
 * that a contiguous row has at most one axis.
 *
 * @param rows rows of the batch
 * @param firstByte bytes from the start of the memory to row 0
 * @param rowStride bytes from one row to the next; any sign
 * @param elementBytes bytes per element
 * @param dims elements along each axis of a row, outermost first
 * @param strides bytes per step along each axis
 * @param step every step-th element in row-major order is read
 * @param readCount elements read per row
 */
record RowLayout(
    int rows,
    long firstByte,
    long rowStride,
    int elementBytes,
    long[] dims,
    long[] strides,
    long step,
    long readCount) {

  static RowLayout of(TensorView batch, long step) {
    TensorSpec spec = batch.spec();
    int elementBytes = spec.dtype().byteSize();
    int axes = spec.rank() - 1;
    long[] dims = new long[axes];
    long[] strides = new long[axes];
    int used = 0;
    long elements = 1;
    for (int axis = 1; axis <= axes; axis++) {
      long dim = spec.dim(axis);
      long stride = batch.byteStride(axis);
      elements *= dim;
      if (dim == 1) {
        continue;
      }
      if (used > 0 && strides[used - 1] == stride * dim) {
        dims[used - 1] *= dim;
        strides[used - 1] = stride;
      } else {
        dims[used] = dim;
        strides[used++] = stride;
      }
    }
    return new RowLayout(
        (int) spec.dim(0),
        batch.byteOffset(),
        batch.byteStride(0),
        elementBytes,
        used == axes ? dims : Arrays.copyOf(dims, used),
        used == axes ? strides : Arrays.copyOf(strides, used),
        step,
        readCount(elements, step));
  }

  /** Elements read of a row of {@code elements}. */
  static long readCount(long elements, long step) {
    return elements == 0 ? 0 : (elements - 1) / step + 1;
  }

  /** Bytes read per row. */
  long readBytes() {
    return readCount * elementBytes;
  }

  /** True if the bytes that are read of a row lie one after another. */
  boolean isRowContiguous() {
    return readCount <= 1 || (step == 1 && dims.length == 1 && strides[0] == elementBytes);
  }

  /** The last axis, the one that varies fastest; 1 for a row of one element. */
  long innerDim() {
    return dims.length == 0 ? 1 : dims[dims.length - 1];
  }

  /** Bytes per step along the last axis. */
  long innerStride() {
    return dims.length == 0 ? 0 : strides[strides.length - 1];
  }
}
