package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Bytes of a segment that were read at once. Confined to one thread. */
final class ReadWindow {
  static final int BYTES = 128 << 10;

  private final ByteBuffer buffer;
  private @Nullable Segment fetched;
  private long from;
  private int byteCount;

  /** Of a buffer that nobody else uses meanwhile. */
  ReadWindow(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  static ByteBuffer newBuffer(int byteCount) {
    return ByteBuffer.allocateDirect(byteCount).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads what will be asked for. What cannot be read is tried again by who asks. */
  void fetch(Segment segment, long position, int bytes) {
    try {
      byteCount = segment.read(buffer.clear().limit(bytes), position);
      from = position;
      fetched = segment;
    } catch (IOException e) {
      return;
    }
  }

  /**
   * As many bytes from a place of a file, or fewer if it ends before. From position 0 to the limit,
   * good until the next call.
   */
  ByteBuffer read(Segment segment, long position, int bytes) throws IOException {
    if (segment == fetched && position >= from && position + bytes <= from + byteCount) {
      return buffer.clear().slice((int) (position - from), bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    fetched = null;
    segment.read(buffer.clear().limit(bytes), position);
    return buffer.flip();
  }
}
