package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;

/** A file system in which nothing can be changed. Safe for use by several threads. */
final class ReadOnlyFiles implements StoreFiles {
  private final StoreFiles files;

  ReadOnlyFiles(StoreFiles files) {
    this.files = files;
  }

  @Override
  public StoreFile open(Path file, Mode mode) throws IOException {
    if (mode != Mode.READ) {
      throw refusal(file);
    }
    return files.open(file, mode);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return files.list(directory);
  }

  @Override
  public long size(Path file) throws IOException {
    return files.size(file);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    return files.modifiedMillis(file);
  }

  @Override
  public void delete(Path file) throws IOException {
    throw refusal(file);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    throw refusal(to);
  }

  @Override
  public void forceNames(Path directory) throws IOException {
    throw refusal(directory);
  }

  private static IOException refusal(Path file) {
    return new AccessDeniedException(
        file.toString(), null, "the store was opened for reading only");
  }
}
