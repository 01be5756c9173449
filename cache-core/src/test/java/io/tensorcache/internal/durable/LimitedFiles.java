package io.tensorcache.internal.durable;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A file system with so many descriptors and no more. */
final class LimitedFiles extends ForwardingFiles {
  private final AtomicInteger open;
  private final int most;
  private final Supplier<IOException> refusal;

  LimitedFiles(StoreFiles real, AtomicInteger open, int most, Supplier<IOException> refusal) {
    super(real);
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
      return new Counted(files.open(name, mode));
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
    return files.list();
  }

  private final class Counted extends ForwardingFile {
    Counted(StoreFile file) {
      super(file);
    }

    @Override
    public void close() throws IOException {
      file.close();
      open.decrementAndGet();
    }
  }
}
