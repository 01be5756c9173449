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
      context.whereCurrent(() -> Driver.copyOnDevice(to, from, byteCount, stream));
    }
  }

  /**
   * Copies {@code count} pieces of {@code width} bytes, {@code stride} bytes apart, to one block.
   */
  public void gather(long to, long from, long stride, long width, long count) {
    if (stride >= width && stride <= LONGEST_PITCH) {
      if (count > 0) {
        context.whereCurrent(() -> Driver.gatherOnDevice(to, from, stride, width, count, stream));
      }
      return;
    }
    for (long i = 0; i < count; i++) { // backwards, or a broadcast axis
      copy(to + i * width, from + i * stride, width);
    }
  }

  /**
   * Copies the elements of an array of any strides, in row-major order, to one block. One copy for
   * each run of equally spaced pieces; an axis of stride 0 is copied once and then doubled.
   *
   * @param dims elements along each axis, outermost first
   * @param strides bytes per step along each axis
   */
  public void copyStrided(long to, long from, long[] dims, long[] strides, long elementBytes) {
    long[] lengths = new long[dims.length]; // innermost first, axes that continue each other merged
    long[] steps = new long[dims.length];
    int axes = 0;
    long block = elementBytes;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (dims[axis] == 0) {
        return;
      }
      if (dims[axis] == 1) {
        continue;
      }
      if (axes == 0 && strides[axis] == block) {
        block *= dims[axis];
      } else if (axes > 0 && strides[axis] == steps[axes - 1] * lengths[axes - 1]) {
        lengths[axes - 1] *= dims[axis];
      } else {
        lengths[axes] = dims[axis];
        steps[axes++] = strides[axis];
      }
    }
    copyAxes(axes, to, from, lengths, steps, block);
  }

  /** Copies the innermost {@code axes}; returns the end of the block. */
  private long copyAxes(int axes, long to, long from, long[] lengths, long[] steps, long block) {
    if (axes == 0) {
      copy(to, from, block);
      return to + block;
    }
    int outer = axes - 1;
    if (steps[outer] == 0) {
      long piece = copyAxes(outer, to, from, lengths, steps, block) - to;
      return repeat(to, piece, lengths[outer]);
    }
    if (outer == 0) {
      gather(to, from, steps[0], block, lengths[0]);
      return to + block * lengths[0];
    }
    for (long i = 0; i < lengths[outer]; i++) {
      to = copyAxes(outer, to, from + i * steps[outer], lengths, steps, block);
    }
    return to;
  }

  /** Fills the rest of {@code count} pieces with copies of the first. */
  private long repeat(long to, long piece, long count) {
    long end = to + piece * count;
    for (long done = piece; to + done < end; done *= 2) {
      copy(to + done, to, Math.min(done, end - to - done));
    }
    return end;
  }

  @Override
  public void close() {
    context.leave(before);
  }
}
