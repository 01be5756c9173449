package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A file of the operating system. A {@code FileChannel} is closed for everyone when one reading
 * thread is interrupted; an {@code AsynchronousFileChannel} is not, and with an executor that runs
 * tasks at once it is a plain {@code pread} on the caller's thread.
 */
final class DiskFile implements StoreFile {
  private static final ExecutorService SAME_THREAD = new SameThread();

  private final AsynchronousFileChannel channel;

  private DiskFile(AsynchronousFileChannel channel) {
    this.channel = channel;
  }

  /** Files are created for the owner only. */
  static DiskFile open(Path file, StoreFiles.Mode mode) throws IOException {
    Set<OpenOption> options = new java.util.HashSet<>(EnumSet.of(StandardOpenOption.READ));
    if (mode != StoreFiles.Mode.READ) {
      options.add(StandardOpenOption.WRITE);
    }
    FileAttribute<?>[] attributes = {};
    if (mode == StoreFiles.Mode.CREATE || mode == StoreFiles.Mode.CREATE_NEW) {
      boolean fresh = mode == StoreFiles.Mode.CREATE_NEW;
      options.add(fresh ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
      if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        attributes =
            new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            };
      }
    }
    ExecutorService executor = StoreDirectory.isWindows() ? null : SAME_THREAD;
    return new DiskFile(AsynchronousFileChannel.open(file, options, executor, attributes));
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    int total = 0;
    while (dst.hasRemaining()) {
      int count = await(channel.read(dst, position + total));
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    long at = position;
    while (src.hasRemaining()) {
      at += await(channel.write(src, at));
    }
  }

  private static int await(Future<Integer> result) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true; // only where tasks do not run at once
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    channel.truncate(size);
  }

  @Override
  public boolean tryLock() throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this JVM
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static final class SameThread extends AbstractExecutorService {
    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
