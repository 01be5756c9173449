package io.tensorcache.internal.device;

/**
 * Copies inside a device, queued in one stream: none waits. Holds the device's context until it is
 * closed. Confined to one thread.
 */
public final class DeviceCopies implements AutoCloseable {
  private static final long LONGEST_PITCH = Integer.MAX_VALUE;

  private final DeviceContext context;
  private final int before;
  private final long stream;

  DeviceCopies(DeviceContext context, int before, long stream) {
    this.context = context;
    this.before = before;
    this.stream = stream;
  }

  /** Copies one block. */
  public void copy(long to, long from, long byteCount) {
    if (byteCount > 0) {
      context.guarded(() -> Driver.copyOnDevice(to, from, byteCount, stream));
    }
  }

  /**
   * Copies {@code count} pieces of {@code width} bytes, {@code stride} bytes apart, to one block.
   */
  public void gather(long to, long from, long stride, long width, long count) {
    if (stride >= width && stride <= LONGEST_PITCH) {
      if (count > 0) {
        context.guarded(() -> Driver.gatherOnDevice(to, from, stride, width, count, stream));
      }
      return;
    }
    for (long i = 0; i < count; i++) { // backwards, or a broadcast axis
      copy(to + i * width, from + i * stride, width);
    }
  }

  /**
   * Copies the elements of an array of any strides, in row-major order, to one block. One copy for
   * each run of equally spaced pieces.
   *
   * @param dims elements along each axis, outermost first
   * @param strides bytes per step along each axis
   */
  public void copyStrided(long to, long from, long[] dims, long[] strides, long elementBytes) {
    for (long dim : dims) {
      if (dim == 0) {
        return;
      }
    }
    int first = dims.length; // of the axes that are one block together
    long block = elementBytes;
    while (first > 0 && (dims[first - 1] == 1 || strides[first - 1] == block)) {
      block *= dims[--first];
    }
    copyAxis(0, first, to, from, dims, strides, block);
  }

  private long copyAxis(
      int axis, int end, long to, long from, long[] dims, long[] strides, long block) {
    if (axis == end) {
      copy(to, from, block);
      return to + block;
    }
    if (axis == end - 1) {
      gather(to, from, strides[axis], block, dims[axis]);
      return to + block * dims[axis];
    }
    for (long i = 0; i < dims[axis]; i++) {
      to = copyAxis(axis + 1, end, to, from + i * strides[axis], dims, strides, block);
    }
    return to;
  }

  @Override
  public void close() {
    context.leave(before);
  }
}
