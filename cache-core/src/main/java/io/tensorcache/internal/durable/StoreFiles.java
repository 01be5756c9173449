package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What the store asks of the file system. One class, so that a test can make it fail. */
interface StoreFiles {
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

  StoreFile open(Path file, Mode mode) throws IOException;

  /** The names of everything in a directory. */
  List<String> list(Path directory) throws IOException;

  /** Bytes of a file; 0 if it does not exist. */
  long size(Path file) throws IOException;

  /** When the file was last written, in milliseconds since 1970; 0 if it does not exist. */
  long modifiedMillis(Path file) throws IOException;

  void delete(Path file) throws IOException;

  /** Puts a file in the place of another, at once for whoever looks. */
  void replace(Path from, Path to) throws IOException;

  /** Makes names that were created or deleted in a directory survive a loss of power. */
  void forceNames(Path directory) throws IOException;
}
