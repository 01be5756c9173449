package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Shows that the store which writes the segments of one number is alive: a lock of the operating
 * system, which goes with the process however it ends.
 */
final class WriterLock implements AutoCloseable {
  private static final int RANDOM_BITS = Long.SIZE - ProcessMark.BITS;

  private final StoreFiles files;
  private final String name;
  private final long writer;
  private final StoreFile file;
  private final @Nullable Object identity;

  private WriterLock(StoreFiles files, String name, long writer, StoreFile file)
      throws IOException {
    this.files = files;
    this.name = name;
    this.writer = writer;
    this.file = file;
    this.identity = files.identity(name);
  }

  /** A new number, locked. */
  static WriterLock create(StoreFiles files) throws IOException {
    SecureRandom random = new SecureRandom();
    for (int attempt = 0; attempt < 100; attempt++) {
      long writer =
          (long) ProcessMark.here() << RANDOM_BITS | random.nextLong() >>> ProcessMark.BITS;
      try {
        WriterLock lock = take(files, writer, StoreFiles.Mode.CREATE_NEW);
        if (lock != null) {
          return lock;
        }
      } catch (FileAlreadyExistsException e) {
        continue; // another number
      }
    }
    throw new IOException("no file can be locked");
  }

  /** The lock of a writer that is dead, or null if it lives or may do so. */
  static @Nullable WriterLock takeOver(StoreFiles files, long writer) throws IOException {
    if (writer >>> RANDOM_BITS != ProcessMark.here()) {
      return take(files, writer, StoreFiles.Mode.CREATE);
    }
    // A store of this process has its file until it is closed: only what must not exist is opened.
    try {
      return take(files, writer, StoreFiles.Mode.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      return null;
    }
  }

  /**
   * Null if another one has it, or if the file was deleted before it was locked: whoever tidies may
   * take one that is not locked yet for that of a dead writer.
   */
  private static @Nullable WriterLock take(StoreFiles files, long writer, StoreFiles.Mode mode)
      throws IOException {
    String name = SegmentName.lockName(writer);
    StoreFile file = files.open(name, mode);
    boolean locked = false;
    try {
      WriterLock lock = new WriterLock(files, name, writer, file);
      locked = file.tryLock() && lock.isInPlace();
      return locked ? lock : null;
    } finally {
      if (!locked) {
        file.close();
      }
    }
  }

  /** False if the file was deleted: then anyone may take over what this writer writes. */
  boolean isInPlace() throws IOException {
    return identity != null && identity.equals(files.identity(name));
  }

  long writer() {
    return writer;
  }

  /** Gives the number up: whatever it wrote is sealed, or for anyone to take over. */
  @Override
  public void close() throws IOException {
    try {
      files.delete(name);
    } finally {
      file.close();
    }
  }
}
