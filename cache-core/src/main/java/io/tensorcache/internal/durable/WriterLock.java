package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Shows that the store which writes the segments of one number is alive: a lock of the operating
 * system, which goes with the process however it ends.
 */
final class WriterLock implements AutoCloseable {
  /**
   * The writers of this JVM. Such locks belong to a process, and closing any descriptor of a file
   * gives up the process's lock on it: a lock file of our own must not even be opened.
   */
  private static final Set<Long> HERE = ConcurrentHashMap.newKeySet();

  private final StoreFiles files;
  private final Path path;
  private final long writer;
  private final StoreFile file;

  private WriterLock(StoreFiles files, Path path, long writer, StoreFile file) {
    this.files = files;
    this.path = path;
    this.writer = writer;
    this.file = file;
  }

  /** A new number, locked. */
  static WriterLock create(StoreFiles files, Path directory) throws IOException {
    SecureRandom random = new SecureRandom();
    for (int attempt = 0; attempt < 100; attempt++) {
      try {
        WriterLock lock = take(files, directory, random.nextLong(), StoreFiles.Mode.CREATE_NEW);
        if (lock != null) {
          return lock;
        }
      } catch (FileAlreadyExistsException e) {
        continue; // another number
      }
    }
    throw new IOException("no file in " + directory + " can be locked");
  }

  /** The lock of a writer that is dead, or null if it lives. */
  static @Nullable WriterLock takeOver(StoreFiles files, Path directory, long writer)
      throws IOException {
    return take(files, directory, writer, StoreFiles.Mode.CREATE);
  }

  private static @Nullable WriterLock take(
      StoreFiles files, Path directory, long writer, StoreFiles.Mode mode) throws IOException {
    if (!HERE.add(writer)) {
      return null;
    }
    Path path = directory.resolve(SegmentName.lockName(writer));
    boolean locked = false;
    StoreFile file = null;
    try {
      file = files.open(path, mode);
      locked = file.tryLock();
      return locked ? new WriterLock(files, path, writer, file) : null;
    } finally {
      if (!locked) {
        if (file != null) {
          file.close();
        }
        HERE.remove(writer);
      }
    }
  }

  long writer() {
    return writer;
  }

  /** Gives the number up: whatever it wrote is sealed, or for anyone to take over. */
  @Override
  public void close() throws IOException {
    try {
      files.delete(path);
    } finally {
      try {
        file.close();
      } finally {
        HERE.remove(writer);
      }
    }
  }
}
