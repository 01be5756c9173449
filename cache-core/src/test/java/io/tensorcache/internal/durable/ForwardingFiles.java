package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files that do what others do; a test changes some of it. They force nothing. */
abstract class ForwardingFiles implements StoreFiles {
  final StoreFiles real;

  ForwardingFiles(StoreFiles real) {
    this.real = real;
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
    return real.open(name, mode);
  }

  @Override
  public List<String> list() throws IOException {
    return real.list();
  }

  @Override
  public boolean isSpecial(String name) throws IOException {
    return real.isSpecial(name);
  }

  @Override
  public @Nullable Object identity(String name) throws IOException {
    return real.identity(name);
  }

  @Override
  public long size(String name) throws IOException {
    return real.size(name);
  }

  @Override
  public long modifiedMillis(String name) throws IOException {
    return real.modifiedMillis(name);
  }

  @Override
  public void delete(String name) throws IOException {
    real.delete(name);
  }

  @Override
  public void replace(String from, String to) throws IOException {
    real.replace(from, to);
  }

  @Override
  public void forceNames() throws IOException {}

  @Override
  public void allocating(long byteCount) {
    real.allocating(byteCount);
  }

  @Override
  public void requireInPlace() throws IOException {
    real.requireInPlace();
  }

  @Override
  public void close() throws IOException {
    real.close();
  }

  /** A file that does what another does, and forces nothing. */
  abstract static class ForwardingFile implements StoreFile {
    final StoreFile file;

    ForwardingFile(StoreFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      return file.read(dst, position);
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      file.write(src, position);
    }

    @Override
    public void force() throws IOException {}

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public boolean tryLock() throws IOException {
      return file.tryLock();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
