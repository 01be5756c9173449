package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file system in which nothing can be changed. Safe for use by several threads. */
final class ReadOnlyFiles implements StoreFiles {
  private final StoreFiles files;

  ReadOnlyFiles(StoreFiles files) {
    this.files = files;
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
    if (mode != Mode.READ) {
      throw refusal(name);
    }
    return files.open(name, mode);
  }

  @Override
  public List<String> list() throws IOException {
    return files.list();
  }

  @Override
  public boolean isSpecial(String name) throws IOException {
    return files.isSpecial(name);
  }

  @Override
  public @Nullable Object identity(String name) throws IOException {
    return files.identity(name);
  }

  @Override
  public long size(String name) throws IOException {
    return files.size(name);
  }

  @Override
  public long modifiedMillis(String name) throws IOException {
    return files.modifiedMillis(name);
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

  @Override
  public void allocating(long byteCount) {
    files.allocating(byteCount);
  }

  @Override
  public void requireInPlace() throws IOException {
    files.requireInPlace();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }

  private static IOException refusal(String name) {
    return new AccessDeniedException(name, null, "the store was opened for reading only");
  }
}
