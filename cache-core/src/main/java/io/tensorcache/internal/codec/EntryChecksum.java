package io.tensorcache.internal.codec;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C over ranges of a buffer; the position of the buffer is moved. Confined to one thread. */
final class EntryChecksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer bytes;

  EntryChecksum(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static int of(ByteBuffer bytes, int from, int to) {
    EntryChecksum sum = new EntryChecksum(bytes.duplicate().clear());
    sum.add(from, to - from);
    return sum.value();
  }

  void add(int offset, int length) {
    add(bytes, offset, length);
  }

  /** Adds a range of another buffer, whose position is moved and whose limit is its capacity. */
  void add(ByteBuffer other, int offset, int length) {
    other.limit(offset + length).position(offset);
    crc.update(other);
    other.limit(other.capacity());
  }

  int value() {
    return (int) crc.getValue();
  }
}
