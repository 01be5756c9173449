package io.tensorcache.internal.durable;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files that do what others do; who extends it changes some of that. */
abstract class ForwardingFiles implements StoreFiles {
  final StoreFiles files;

  ForwardingFiles(StoreFiles files) {
    this.files = files;
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
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
    files.delete(name);
  }

  @Override
  public void replace(String from, String to) throws IOException {
    files.replace(from, to);
  }

  @Override
  public void forceNames() throws IOException {
    files.forceNames();
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
}
