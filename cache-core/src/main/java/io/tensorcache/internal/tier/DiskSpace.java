package io.tensorcache.internal.tier;

import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the disk tier away from the end of its file system. Ehcache writes a file with holes, only
 * logs a write that fails, and later takes what lies there for lengths. Safe for use by several
 * threads.
 */
final class DiskSpace {
  /** What is left for others; more than several threads write between two looks. */
  static final long RESERVE = 64L << 20;

  private static final long BYTES_BETWEEN_LOOKS = 1 << 20;

  /** Asks for what is usable in the file system. */
  interface Usable {
    long bytes() throws IOException;
  }

  private final Usable usable;
  private final Notices notices;
  private final AtomicLong untilLook = new AtomicLong();
  private volatile boolean isFull;

  DiskSpace(Usable usable, Notices notices) {
    this.usable = usable;
    this.notices = notices;
  }

  static Usable of(Path directory) throws IOException {
    return Files.getFileStore(directory)::getUsableSpace;
  }

  /** True if so many bytes may be written. What is refused is told once until there is room. */
  boolean hasRoomFor(long byteCount) {
    if (!isFull && untilLook.addAndGet(-byteCount) >= 0) {
      return true;
    }
    untilLook.set(BYTES_BETWEEN_LOOKS);
    try {
      long left = usable.bytes();
      boolean full = left < RESERVE + byteCount;
      if (full && !isFull) {
        notices.failed(
            new StorageException(
                "the disk tier takes no more rows: its file system has "
                    + (left >> 20)
                    + " MiB left, and "
                    + (RESERVE >> 20)
                    + " are for others; make room, or name another directory"));
      }
      isFull = full;
      return !full;
    } catch (IOException e) {
      if (!isFull) {
        notices.failed(
            new StorageException("the disk tier cannot see how much room it has: " + e, e));
      }
      isFull = true;
      return false;
    }
  }
}
