package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A file system whose operations fail when told to; else it is the real one, without fsync. */
final class FaultyFiles implements StoreFiles {
  /** What is asked of the file system. */
  enum Operation {
    OPEN,
    CREATE,
    LIST,
    SIZE,
    DELETE,
    REPLACE,
    READ,
    WRITE,
    FORCE,
    TRUNCATE
  }

  /** Throws to make an operation fail. A write that fails has written half of its bytes. */
  interface Fault {
    void check(Operation operation, Path file) throws IOException;
  }

  private final StoreFiles real = new DiskFiles();
  volatile Fault fault = (operation, file) -> {};
  final AtomicLong segmentBytesRead = new AtomicLong();

  @Override
  public StoreFile open(Path file, Mode mode) throws IOException {
    boolean creates = mode == Mode.CREATE || mode == Mode.CREATE_NEW;
    fault.check(creates ? Operation.CREATE : Operation.OPEN, file);
    return new FaultyFile(file, real.open(file, mode));
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    fault.check(Operation.LIST, directory);
    return real.list(directory);
  }

  @Override
  public long size(Path file) throws IOException {
    fault.check(Operation.SIZE, file);
    return real.size(file);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    fault.check(Operation.SIZE, file);
    return real.modifiedMillis(file);
  }

  @Override
  public void delete(Path file) throws IOException {
    fault.check(Operation.DELETE, file);
    real.delete(file);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    fault.check(Operation.REPLACE, from);
    real.replace(from, to);
  }

  @Override
  public void forceNames(Path directory) throws IOException {
    fault.check(Operation.FORCE, directory);
  }

  private final class FaultyFile implements StoreFile {
    private final Path path;
    private final StoreFile file;

    FaultyFile(Path path, StoreFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      fault.check(Operation.READ, path);
      int bytes = file.read(dst, position);
      if (path.toString().endsWith(SegmentName.SEGMENT)) {
        segmentBytesRead.addAndGet(bytes);
      }
      return bytes;
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      try {
        fault.check(Operation.WRITE, path);
      } catch (IOException e) {
        file.write(src.slice().limit(src.remaining() / 2), position);
        throw e;
      }
      file.write(src, position);
    }

    @Override
    public void force() throws IOException {
      fault.check(Operation.FORCE, path);
    }

    @Override
    public long size() throws IOException {
      fault.check(Operation.SIZE, path);
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      fault.check(Operation.TRUNCATE, path);
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
