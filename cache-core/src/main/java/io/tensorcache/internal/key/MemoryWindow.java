package io.tensorcache.internal.key;

import io.tensorcache.tensor.HostMemory;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads any part of a block of any size through buffers, which reach 2 GiB at most. Confined to one
 * thread and one call.
 */
final class MemoryWindow {
  private static final long WINDOW_BYTES = 1 << 30;

  private final HostMemory memory;
  private final Buffer[] views = new Buffer[8]; // one for each misalignment
  private ByteBuffer bytes;
  private long start;

  MemoryWindow(HostMemory memory) {
    this.memory = memory;
    this.bytes =
        memory.byteCount() <= Integer.MAX_VALUE
            ? memory.slice(0, (int) memory.byteCount())
            : memory.slice(0, (int) WINDOW_BYTES);
  }

  /** A little-endian buffer that holds the range; {@link #index} says where. No copy. */
  ByteBuffer bytes(long offset, int length) {
    if (offset < start || offset + length > start + bytes.capacity()) {
      move(offset);
    }
    return bytes;
  }

  /** The index in the buffer of the last {@link #bytes} call. */
  int index(long offset) {
    return (int) (offset - start);
  }

  /** Copies words from any byte offset; one window serves one block. */
  void read(long offset, TileBlock block, int words) {
    ByteBuffer from = bytes(offset, 8 * words);
    int index = index(offset);
    Buffer view = views[index & 7];
    if (view == null) {
      ByteBuffer shifted = from.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(index & 7);
      view = block.viewOf(shifted);
      views[index & 7] = view;
    }
    block.load(view, index >>> 3, words);
  }

  private void move(long offset) {
    // Room on both sides, because strides may be negative.
    long size = memory.byteCount();
    start = Math.max(0, Math.min(offset - WINDOW_BYTES / 4, size - WINDOW_BYTES));
    bytes = memory.slice(start, (int) Math.min(WINDOW_BYTES, size - start));
    Arrays.fill(views, null);
  }
}
