package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Reads by position, little-endian. Stateless. */
final class FileReads {
  private FileReads() {}

  /** Up to so many bytes, fewer where the file ends. */
  static ByteBuffer upTo(FileChannel file, long from, int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining() && file.read(in, from + in.position()) >= 0) {
      // until it is full or the file ends
    }
    return in.flip();
  }

  /** Exactly so many bytes, which the file must have. */
  static ByteBuffer exactly(FileChannel file, long from, int bytes, String name)
      throws IOException {
    if (bytes > file.size() - from) {
      throw new ImportRefusedException(
          name + " ends too soon: it has " + file.size() + " bytes, " + (from + bytes) + " needed");
    }
    ByteBuffer in = upTo(file, from, bytes);
    if (in.limit() < bytes) {
      throw new ImportRefusedException(name + " became shorter while it was read");
    }
    return in;
  }
}
