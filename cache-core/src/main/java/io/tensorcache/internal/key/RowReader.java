package io.tensorcache.internal.key;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Copies the elements of a row of any strides, or every step-th of them, block by block in
 * row-major order. Holds no memory of the caller between rows. Confined to one thread.
 */
final class RowReader {
  /** The bytes of the current block, little-endian. */
  final ByteBuffer bytes;

  private final MemoryWindow window;
  private final RowLayout layout;
  private final long[] position; // along the axes but the last
  private long runStart;
  private long inner;
  private long left;

  RowReader(MemoryWindow window, RowLayout layout) {
    this.window = window;
    this.layout = layout;
    this.position = new long[layout.dims().length];
    int capacity = (int) Math.min(TileBlock.BYTES, layout.readBytes());
    this.bytes = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Starts at a row, counted from 0. */
  void start(int row) {
    runStart = layout.firstByte() + row * layout.rowStride();
    inner = 0;
    left = layout.readCount();
    Arrays.fill(position, 0);
  }

  /** Fills {@link #bytes} as far as the row reaches; the bytes written, 0 at the end. */
  int next() {
    int size = layout.elementBytes();
    long dim = layout.innerDim();
    int wanted = (int) Math.min(left, bytes.capacity() / size);
    int done = 0;
    while (done < wanted) {
      if (inner >= dim) {
        carry(inner / dim);
        inner %= dim;
      }
      int run = (int) Math.min((dim - 1 - inner) / layout.step() + 1, wanted - done);
      copyRun(done * size, runStart + inner * layout.innerStride(), run);
      done += run;
      inner += run * layout.step();
    }
    left -= done;
    return done * size;
  }

  private void carry(long passed) {
    for (int axis = position.length - 2; axis >= 0 && passed > 0; axis--) {
      long reached = position[axis] + passed;
      long dim = layout.dims()[axis];
      passed = reached / dim;
      long now = reached % dim;
      runStart += (now - position[axis]) * layout.strides()[axis];
      position[axis] = now;
    }
  }

  private void copyRun(int to, long from, int count) {
    int size = layout.elementBytes();
    long stride = layout.innerStride() * layout.step();
    if (stride == size || count == 1) {
      ByteBuffer source = window.bytes(from, count * size);
      bytes.put(to, source, window.index(from), count * size);
      return;
    }
    long reach = stride * (count - 1);
    long low = Math.min(from, from + reach);
    if (Math.abs(reach) > 1 << 20) {
      for (int i = 0; i < count; i++, from += stride, to += size) {
        ByteBuffer source = window.bytes(from, size);
        bytes.put(to, source, window.index(from), size);
      }
      return;
    }
    ByteBuffer source = window.bytes(low, (int) Math.abs(reach) + size);
    copyElements(to, source, window.index(from), (int) stride, count);
  }

  private void copyElements(int to, ByteBuffer source, int from, int stride, int count) {
    int size = layout.elementBytes();
    for (int i = 0; i < count; i++, from += stride, to += size) {
      switch (size) {
        case 1 -> bytes.put(to, source.get(from));
        case 2 -> bytes.putShort(to, source.getShort(from));
        case 4 -> bytes.putInt(to, source.getInt(from));
        case 8 -> bytes.putLong(to, source.getLong(from));
        default -> {
          bytes.putLong(to, source.getLong(from));
          bytes.putLong(to + 8, source.getLong(from + 8));
        }
      }
    }
  }
}
