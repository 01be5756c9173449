package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A file system whose operations fail when told to; else it is the real one, without fsync. */
final class FaultyFiles implements StoreFiles.Source {
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

  volatile Fault fault = (operation, file) -> {};

  /** Throws to make an allocation fail. */
  volatile Runnable allocation = () -> {};

  final AtomicLong segmentBytesRead = new AtomicLong();

  /** From now on a write to a segment says that it has begun, and waits until it may go on. */
  void holdWrites(CountDownLatch begun, CountDownLatch mayGoOn) {
    fault =
        (operation, file) -> {
          if (operation == Operation.WRITE && file.toString().endsWith(".tcs")) {
            begun.countDown();
            await(mayGoOn);
          }
        };
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public StoreFiles hold(Path directory) throws IOException {
    return new Held(directory, DiskFiles.hold(directory));
  }

  private final class Held extends ForwardingFiles {
    private final Path directory;

    Held(Path directory, StoreFiles real) {
      super(real);
      this.directory = directory;
    }

    private void check(Operation operation, String name) throws IOException {
      fault.check(operation, directory.resolve(name));
    }

    @Override
    public StoreFile open(String name, Mode mode) throws IOException {
      boolean creates = mode == Mode.CREATE || mode == Mode.CREATE_NEW;
      check(creates ? Operation.CREATE : Operation.OPEN, name);
      return new FaultyFile(directory.resolve(name), files.open(name, mode));
    }

    @Override
    public List<String> list() throws IOException {
      fault.check(Operation.LIST, directory);
      return files.list();
    }

    @Override
    public long size(String name) throws IOException {
      check(Operation.SIZE, name);
      return files.size(name);
    }

    @Override
    public long modifiedMillis(String name) throws IOException {
      check(Operation.SIZE, name);
      return files.modifiedMillis(name);
    }

    @Override
    public void delete(String name) throws IOException {
      check(Operation.DELETE, name);
      files.delete(name);
    }

    @Override
    public void replace(String from, String to) throws IOException {
      check(Operation.REPLACE, from);
      files.replace(from, to);
    }

    @Override
    public void forceNames() throws IOException {
      fault.check(Operation.FORCE, directory);
    }

    @Override
    public void requireInPlace() throws IOException {
      fault.check(Operation.LIST, directory);
      files.requireInPlace();
    }

    @Override
    public void allocating(long byteCount) {
      allocation.run();
    }
  }

  private final class FaultyFile extends ForwardingFile {
    private final Path path;

    FaultyFile(Path path, StoreFile file) {
      super(file);
      this.path = path;
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
  }
}
