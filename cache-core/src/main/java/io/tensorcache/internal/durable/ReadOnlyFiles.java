package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;

/** A file system in which nothing can be changed. Safe for use by several threads. */
final class ReadOnlyFiles extends ForwardingFiles {
  ReadOnlyFiles(StoreFiles files) {
    super(files);
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
    if (mode != Mode.READ) {
      throw refusal(name);
    }
    return files.open(name, mode);
  }

  @Override
  public void delete(String name) throws IOException {
    throw refusal(name);
  }

  @Override
  public void replace(String from, String to) throws IOException {
    throw refusal(to);
  }

  @Override
  public void forceNames() throws IOException {
    throw refusal("the directory");
  }

  private static IOException refusal(String name) {
    return new AccessDeniedException(name, null, "the store was opened for reading only");
  }
}
