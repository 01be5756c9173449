package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A regular file that is read by position, little-endian. Unlike a channel it is not closed by an
 * interrupt of the thread. Confined to one thread.
 */
final class InputFile implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final RandomAccessFile file;
  private final String name;

  private InputFile(RandomAccessFile file, String name) {
    this.file = file;
    this.name = name;
  }

  /**
   * Opens a file.
   *
   * @throws ImportRefusedException if there is none, or it is a directory, pipe or device
   */
  static InputFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new ImportRefusedException(path + " is not a file");
    }
    String name = String.valueOf(path.getFileName());
    return new InputFile(new RandomAccessFile(path.toFile(), "r"), name);
  }

  /** For messages: without its directory. */
  String name() {
    return name;
  }

  long size() throws IOException {
    return file.length();
  }

  /** Up to so many bytes, fewer where the file ends. */
  ByteBuffer upTo(long from, int bytes) throws IOException {
    byte[] in = new byte[bytes];
    return ByteBuffer.wrap(in, 0, read(from, in, bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int read(long from, byte[] into, int bytes) throws IOException {
    file.seek(from);
    int done = 0;
    while (done < bytes) {
      int count = file.read(into, done, bytes - done);
      if (count < 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  /** Exactly so many bytes, which the file must have. */
  ByteBuffer exactly(long from, int bytes) throws IOException {
    if (bytes > size() - from) {
      throw new ImportRefusedException(
          name + " ends too soon: it has " + size() + " bytes, " + (from + bytes) + " needed");
    }
    ByteBuffer in = upTo(from, bytes);
    if (in.limit() < bytes) {
      throw new ImportRefusedException(name + " became shorter while it was read");
    }
    return in;
  }

  /** Fills a buffer, from its position to its limit. */
  void fill(ByteBuffer target, long from) throws IOException {
    byte[] piece = new byte[Math.min(PIECE, target.remaining())];
    for (long at = from; target.hasRemaining(); at += piece.length) {
      int bytes = Math.min(piece.length, target.remaining());
      if (read(at, piece, bytes) < bytes) {
        throw new ImportRefusedException(name + " became shorter while it was read");
      }
      target.put(piece, 0, bytes);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
