package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.lock.Rank;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How many bytes the store's files have, of all processes together: a number in {@code store.lock},
 * changed under the lock of that file. Bytes are reserved before they are written, so the limit
 * holds. A crash may leave a reservation behind; it goes with the next count, which each opening
 * and each taking over makes. Safe for use by several threads.
 */
final class Ledger {
  static final String FILE = "store.lock";

  private static final int MAGIC = 0x314C4354; // "TCL1"
  private static final int BYTES = 16;
  private static final int MOST_ATTEMPTS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final StoreFiles files;

  /**
   * Locks of the operating system do not keep the threads of one JVM apart, and closing any
   * descriptor of a file gives them up. An interned text is one object for all class loaders of the
   * JVM, and nobody has to keep it: its monitor is held as long as the file is open.
   */
  private final String here;

  private volatile long lastSeen;

  /** What is done under the lock, with the bytes in use. */
  interface Change {
    /** Returns the bytes in use afterwards. */
    long apply(long used) throws IOException;
  }

  /** {@code directory} is a real path. */
  Ledger(StoreFiles files, Path directory) {
    this.files = files;
    this.here = ("io.tensorcache " + directory.resolve(FILE)).intern();
  }

  /** Bytes in use when it was last asked. */
  long lastSeen() {
    return lastSeen;
  }

  /** Takes so many bytes if the limit allows. */
  boolean reserve(long bytes, long limit) throws IOException {
    boolean[] fits = new boolean[1];
    change(
        used -> {
          fits[0] = used + bytes <= limit;
          return fits[0] ? used + bytes : used;
        });
    return fits[0];
  }

  void release(long bytes) throws IOException {
    change(used -> Math.max(0, used - bytes));
  }

  /**
   * Replaces the number by the sizes of the files that are there.
   *
   * @param toCome bytes that this process has reserved and not written
   */
  void recount(long toCome) throws IOException {
    change(used -> count() + toCome);
  }

  /** Deletes the files of a segment. */
  void delete(SegmentName name) throws IOException {
    change(
        used -> {
          long freed = 0;
          for (String suffix :
              new String[] {SegmentName.SEGMENT, SegmentName.INDEX, SegmentName.DEAD}) {
            freed += delete(name.file(suffix));
          }
          return Math.max(0, used - freed);
        });
  }

  /** Deletes single files. */
  void deleteAll(List<String> names) throws IOException {
    change(
        used -> {
          long freed = 0;
          for (String name : names) {
            freed += delete(name);
          }
          return Math.max(0, used - freed);
        });
  }

  private long delete(String file) throws IOException {
    long bytes = sizeOf(file);
    files.delete(file);
    return bytes;
  }

  /** A file of any length may have such a name: what cannot be ours takes no room from us. */
  private long sizeOf(String name) throws IOException {
    long bytes = files.size(name);
    return bytes <= SegmentContents.LARGEST_SEGMENT ? bytes : 0;
  }

  private long count() throws IOException {
    long bytes = 0;
    for (String name : files.list()) {
      if (name.startsWith("seg-")) {
        bytes += sizeOf(name);
      }
    }
    return bytes;
  }

  /**
   * Runs under the lock of all processes.
   *
   * @throws BusyException if another process does not give the lock up for seconds
   * @throws IOException if the change throws
   */
  void change(Change change) throws IOException {
    try {
      LockCheck.taking(Rank.LEDGER, this);
      synchronized (here) {
        for (int attempt = 0; !changeAlone(change); attempt++) {
          if (attempt == MOST_ATTEMPTS) {
            throw new IOException(FILE + " is deleted again and again");
          }
        }
      }
    } finally {
      LockCheck.left(this);
    }
  }

  /** False if it has to be done again. */
  private boolean changeAlone(Change change) throws IOException {
    Object there = files.identity(FILE);
    try (StoreFile file = files.open(FILE, StoreFiles.Mode.CREATE)) {
      lock(file);
      if (there == null || !there.equals(files.identity(FILE))) {
        return false; // it was not there, or was deleted since: a lock on it keeps nobody away
      }
      ByteBuffer number = SegmentFormatV1.buffer(BYTES);
      boolean known =
          file.read(number, 0) == BYTES
              && number.getInt(0) == MAGIC
              && number.getInt(4) == SegmentFormatV1.sum(number.flip(), 8, BYTES)
              && number.getLong(8) >= 0;
      long before = known ? number.getLong(8) : count();
      long after = change.apply(before);
      lastSeen = after;
      if (!known || after != before) {
        number.clear().putInt(0, MAGIC).putLong(8, after);
        number.putInt(4, SegmentFormatV1.sum(number, 8, BYTES));
        file.write(number, 0);
      }
      return true;
    }
  }

  private static void lock(StoreFile file) throws IOException {
    long start = System.nanoTime();
    while (!file.tryLock()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new BusyException("another process has kept " + FILE + " locked for 5 seconds");
      }
      LockSupport.parkNanos(100_000);
    }
  }
}
