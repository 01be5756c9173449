package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one directory, which is held: whatever happens to its path, these are the files of
 * the directory that was there when it was opened. All that the store asks of the file system; one
 * class, so that a test can make it fail. Safe for use by several threads.
 */
interface StoreFiles extends AutoCloseable {
  /** Holds directories. */
  interface Source {
    /** Holds an existing directory until what is returned is closed. */
    StoreFiles hold(Path directory) throws IOException;
  }

  /** How a file is opened. */
  enum Mode {
    /** It must exist. */
    READ,
    /** It must exist; written too. */
    WRITE,
    /** Created if it does not exist; written too. */
    CREATE,
    /** It must not exist; written too. */
    CREATE_NEW
  }

  /**
   * Opens a regular file of the directory. No link is followed.
   *
   * @throws SpecialFileException if there is something else of this name, such as a link or a pipe,
   *     or if it is to be written and has another name too
   */
  StoreFile open(String name, Mode mode) throws IOException;

  /** The names of everything in the directory. */
  List<String> list() throws IOException;

  /** True if something has this name that is no regular file. */
  boolean isSpecial(String name) throws IOException;

  /** What tells the file of this name from every other one; null if there is none. */
  @Nullable Object identity(String name) throws IOException;

  /** Bytes of a regular file; 0 for anything else. */
  long size(String name) throws IOException;

  /** When it was last written, in milliseconds since 1970; 0 if it does not exist. */
  long modifiedMillis(String name) throws IOException;

  /** Takes a name away, if it is there. What else has the file keeps it. */
  void delete(String name) throws IOException;

  /** Puts a file in the place of another, at once for whoever looks. */
  void replace(String from, String to) throws IOException;

  /** Makes names that were created or deleted survive a loss of power. */
  void forceNames() throws IOException;

  /**
   * Returns if the directory that is held is the one of its path.
   *
   * @throws DirectoryGoneException if it was removed, moved or replaced
   */
  void requireInPlace() throws IOException;

  /** Lets go of the directory. Files that are open stay open. */
  @Override
  void close() throws IOException;

  /** Told before the store allocates so many bytes for what goes to a file or comes from one. */
  void allocating(long byteCount);
}
