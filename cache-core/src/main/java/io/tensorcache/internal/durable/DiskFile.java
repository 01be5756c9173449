package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;

/**
 * A file of the operating system. An interrupt of one thread closes a {@code FileChannel} for all:
 * it is opened again then, unless it is locked, and everyone goes on. Each operation says where it
 * reads or writes, so it can be done twice.
 */
final class DiskFile implements StoreFile {
  private static final int MOST_ATTEMPTS = 1000;

  /** Opens the same file once more. */
  interface Opener {
    FileChannel open() throws IOException;
  }

  private final Opener opener;
  private volatile FileChannel channel;
  private volatile boolean closed;
  private volatile boolean locked;

  // Its monitor guards which channel it has: it is opened again and closed under it.

  DiskFile(FileChannel channel, Opener opener) {
    this.channel = channel;
    this.opener = opener;
  }

  private interface Operation<T> {
    T on(FileChannel channel) throws IOException;
  }

  private <T> T perform(Operation<T> operation) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      for (int attempt = 1; ; attempt++) {
        FileChannel now = channel;
        try {
          return operation.on(now);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
          revive(now, attempt, e);
        } catch (ClosedChannelException e) {
          revive(now, attempt, e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void revive(FileChannel dead, int attempt, ClosedChannelException why)
      throws IOException {
    if (closed || attempt > MOST_ATTEMPTS) {
      throw why;
    }
    if (locked) {
      throw new IOException("an interrupt has closed a file that was locked", why);
    }
    if (channel == dead) {
      channel = opener.open();
    }
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    int start = dst.position();
    int total = 0;
    while (dst.hasRemaining()) {
      int done = total;
      int count = readOnce(dst, start + done, position + done);
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  /** Without an object where nothing goes wrong. */
  private int readOnce(ByteBuffer dst, int at, long position) throws IOException {
    if (!Thread.currentThread().isInterrupted()) {
      try {
        return channel.read(dst, position);
      } catch (ClosedChannelException e) {
        dst.position(at);
      }
    }
    return perform(
        channel -> {
          dst.position(at);
          return channel.read(dst, position);
        });
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    int start = src.position();
    while (src.hasRemaining()) {
      int at = src.position();
      perform(
          channel -> {
            src.position(at);
            return channel.write(src, position + at - start);
          });
    }
  }

  @Override
  public void force() throws IOException {
    perform(
        channel -> {
          channel.force(false);
          return true;
        });
  }

  @Override
  public long size() throws IOException {
    return perform(FileChannel::size);
  }

  @Override
  public void truncate(long size) throws IOException {
    perform(channel -> channel.truncate(size));
  }

  @Override
  public boolean tryLock() throws IOException {
    try {
      locked = channel.tryLock() != null;
      return locked;
    } catch (OverlappingFileLockException e) {
      return false; // held by this JVM
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
