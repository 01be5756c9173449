package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A file system with so many descriptors and no more. */
final class LimitedFiles implements StoreFiles {
  private final StoreFiles real;
  private final AtomicInteger open;
  private final int most;
  private final Supplier<IOException> refusal;

  LimitedFiles(StoreFiles real, AtomicInteger open, int most, Supplier<IOException> refusal) {
    this.real = real;
    this.open = open;
    this.most = most;
    this.refusal = refusal;
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      throw refusal.get();
    }
    try {
      return new Counted(real.open(name, mode));
    } catch (IOException | RuntimeException e) {
      open.decrementAndGet();
      throw e;
    }
  }

  @Override
  public List<String> list() throws IOException {
    if (open.get() >= most) {
      throw refusal.get();
    }
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
  public void forceNames() {}

  @Override
  public void requireInPlace() throws IOException {
    real.requireInPlace();
  }

  @Override
  public void close() throws IOException {
    real.close();
  }

  private final class Counted implements StoreFile {
    private final StoreFile file;

    Counted(StoreFile file) {
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
    public void force() {}

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
      open.decrementAndGet();
    }
  }
}
