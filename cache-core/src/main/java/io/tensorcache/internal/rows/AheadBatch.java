package io.tensorcache.internal.rows;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one call that are read before it, and what came of each. Filled by one thread, then used
 * by one other.
 */
public final class AheadBatch implements AutoCloseable {
  private final List<TensorKey> keys;
  private final RankedLock lock = new RankedLock(Rank.AHEAD_BATCH);
  private final CountDownLatch read = new CountDownLatch(1);

  /** Taken by who reads it or by who no longer wants it. Guarded by lock. */
  private boolean isBegun;

  /** Guarded by lock. */
  private boolean isClosed;

  private volatile @Nullable Thread reader;
  private final AtomicLong costNanos = new AtomicLong();

  private @Nullable RowSchema schema;
  private @Nullable AheadMemory memory;
  private @Nullable ByteBuffer buffer;
  private ByteBuffer[] parts = {};
  private int[] partBytes = {};
  private @Nullable Lookup[] lookups = {};

  AheadBatch(List<TensorKey> keys) {
    this.keys = keys;
  }

  List<TensorKey> keys() {
    return keys;
  }

  /** True for the first who wants to read or to cancel it. */
  boolean begin() {
    try {
      lock.lock();
      boolean first = !isBegun;
      isBegun = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** This thread is the one that reads it. */
  void readHere() {
    reader = Thread.currentThread();
  }

  /** True while this thread reads it, which must not wait for itself. */
  boolean isReadHere() {
    return reader == Thread.currentThread() && !isRead();
  }

  /** True if it will not be read. */
  boolean cancel() {
    return begin();
  }

  /** Takes memory for so many rows; false if there is none. */
  boolean allocate(AheadMemory from, RowSchema of, int rows, BooleanSupplier dropOldest) {
    ByteBuffer all = from.allocate((int) (of.byteCount() * rows), dropOldest);
    if (all == null) {
      return false;
    }
    memory = from;
    buffer = all;
    parts = new ByteBuffer[of.parts().size()];
    partBytes = new int[parts.length];
    int at = 0;
    for (int part = 0; part < parts.length; part++) {
      partBytes[part] = (int) of.parts().get(part).spec().byteCount();
      parts[part] = all.slice(at, partBytes[part] * rows);
      at += partBytes[part] * rows;
    }
    lookups = new Lookup[rows];
    schema = of;
    return true;
  }

  RowTarget newTarget() {
    RowSchema of = schema;
    if (of == null) {
      throw new IllegalStateException("nothing is allocated");
    }
    return new RowTarget(of, parts);
  }

  /** Sets a target to where a row goes. */
  RowTarget at(RowTarget target, int row) {
    for (int part = 0; part < parts.length; part++) {
      target.at(part, row * partBytes[part]);
    }
    return target;
  }

  void found(int row, Lookup lookup) {
    lookups[row] = lookup;
  }

  /** Reading has ended, for better or worse. */
  void end() {
    boolean unwanted;
    try {
      lock.lock();
      read.countDown();
      unwanted = isClosed;
    } finally {
      lock.unlock();
    }
    if (unwanted) {
      release();
    }
  }

  boolean isRead() {
    return read.getCount() == 0;
  }

  /** Adds to what it took to ask for it and to read it. */
  void costs(long nanos) {
    costNanos.addAndGet(nanos);
  }

  /** Time of processors that it took, the call's own use of it not counted. */
  public long costNanos() {
    return costNanos.get();
  }

  /** Waits until it is read. */
  void await() {
    boolean interrupted = false;
    while (true) {
      try {
        read.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // a read of a few milliseconds is under way
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the rows consist of; null if there are none. */
  public @Nullable RowSchema schema() {
    return schema;
  }

  /** One part of every row each, one after another; not converted. */
  public ByteBuffer[] parts() {
    return parts;
  }

  /** What came of the row at this place of the keys; a miss where none was looked for. */
  public Lookup found(int index) {
    Lookup found = index < lookups.length ? lookups[index] : null;
    return found == null ? Lookup.MISS : found;
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    try {
      lock.lock();
      if (isClosed) {
        return;
      }
      isClosed = true;
      if (!isRead()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    release();
  }

  private void release() {
    AheadMemory from = memory;
    ByteBuffer all = buffer;
    if (from != null && all != null) {
      from.release(all);
    }
  }
}
