package io.tensorcache.tensor;

import java.nio.ByteBuffer;

/**
 * Copies rows of any layout to contiguous bytes, in logical row-major order. Safe for use by
 * several threads.
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
public final class RowCopy {
  private static final int PIECE = 1 << 30;

  private RowCopy() {}

  /**
   * Copies one row along the first axis of {@code source} to {@code target}, from {@code offset}
   * on.
   */
  public static void copy(TensorView source, long row, HostMemory target, long offset) {
    HostMemory memory = (HostMemory) source.memory();
    long start = source.byteOffset() + row * source.byteStride(0);
    if (source.spec().elementCount() != 0) {
      copyAxis(source, 1, memory, start, target, offset);
    }
  }

  /**
   * Copies one row along the first axis of {@code source} to the bytes of {@code target}, from the
   * first one on.
   */
  public static void copy(TensorView source, long row, byte[] target) {
    copy(source, row, HostMemory.of(ByteBuffer.wrap(target)), 0);
  }

  private static long copyAxis(
      TensorView view, int axis, HostMemory from, long start, HostMemory to, long offset) {
    TensorSpec spec = view.spec();
    long bytes = spec.dtype().byteSize();
    if (isContiguousFrom(view, axis)) {
      for (int i = axis; i < spec.rank(); i++) {
        bytes *= spec.dim(i);
      }
      copyBytes(from, start, to, offset, bytes);
      return offset + bytes;
    }
    if (axis == spec.rank() - 1) {
      return copyElements(view, from, start, to, offset);
    }
    for (long i = 0; i < spec.dim(axis); i++) {
      offset = copyAxis(view, axis + 1, from, start + i * view.byteStride(axis), to, offset);
    }
    return offset;
  }

  private static boolean isContiguousFrom(TensorView view, int axis) {
    long step = view.spec().dtype().byteSize();
    for (int i = view.spec().rank() - 1; i >= axis; i--) {
      if (view.spec().dim(i) != 1 && view.byteStride(i) != step) {
        return false;
      }
      step *= view.spec().dim(i);
    }
    return true;
  }

  private static void copyBytes(
      HostMemory from, long start, HostMemory to, long offset, long bytes) {
    for (long done = 0; done < bytes; done += PIECE) {
      int piece = (int) Math.min(PIECE, bytes - done);
      to.slice(offset + done, piece).put(from.slice(start + done, piece));
    }
  }

  /** The last axis, element by element; in windows, so that reach and offsets fit an int. */
  private static long copyElements(
      TensorView view, HostMemory from, long start, HostMemory to, long offset) {
    int axis = view.spec().rank() - 1;
    int size = view.spec().dtype().byteSize();
    long stride = view.byteStride(axis);
    long count = view.spec().dim(axis);
    long window = Math.max(1, PIECE / Math.max(size, Math.abs(stride)));
    for (long done = 0; done < count; done += window) {
      int n = (int) Math.min(window, count - done);
      long first = start + done * stride;
      long low = stride < 0 ? first + (n - 1) * stride : first;
      ByteBuffer source = from.slice(low, (int) ((n - 1) * Math.abs(stride)) + size);
      ByteBuffer target = to.slice(offset + done * size, n * size);
      int position = (int) (first - low);
      for (int i = 0; i < n; i++, position += (int) stride) {
        copyElement(source, position, target, i * size, size);
      }
    }
    return offset + count * size;
  }

  private static void copyElement(
      ByteBuffer source, int from, ByteBuffer target, int to, int size) {
    switch (size) {
      case 1 -> target.put(to, source.get(from));
      case 2 -> target.putShort(to, source.getShort(from));
      case 4 -> target.putInt(to, source.getInt(from));
      case 8 -> target.putLong(to, source.getLong(from));
      default -> target.put(to, source, from, size);
    }
  }
}
