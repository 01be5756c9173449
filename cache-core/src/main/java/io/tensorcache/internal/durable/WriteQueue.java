package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way to the disk, and what is to be done between them, in order. Bounded in bytes: a
 * row counts until it is written. What the writer takes stays here until it says that it is done
 * with it: an error on the way to it would lose it otherwise. Safe for use by several threads, one
 * of which takes.
 */
final class WriteQueue {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int MOST_ATTEMPTS = 10_000;

  private final long capacityBytes;
  private final RankedLock lock = new RankedLock(Rank.WRITE_QUEUE);
  private final Condition arrived = lock.newCondition();
  private final Condition freed = lock.newCondition();

  /** Rows and tasks. Guarded by lock. A linked list: one that cannot grow stays what it was. */
  private final Deque<Object> items = new LinkedList<>();

  private final Map<TensorKey, Pending> rows = new ConcurrentHashMap<>();

  /** Bytes of the rows that are not written. Written under lock. */
  private volatile long heldBytes;

  /** Those of them for which no room on the disk is reserved. Written under lock. */
  private volatile long unreservedBytes;

  /** Guarded by lock. */
  private boolean closed;

  WriteQueue(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** What the writer takes at a time: rows, or one task. */
  record Batch(List<Pending> rows, @Nullable Runnable task, boolean isEnd) {}

  /** The row of this key if it is not written yet. */
  @Nullable Pending pending(TensorKey key) {
    return rows.isEmpty() ? null : rows.get(key);
  }

  /** Visits the rows that are not written yet. */
  void forEachWaiting(BiConsumer<TensorKey, Provenance> visitor) {
    rows.values().forEach(row -> visitor.accept(row.key, row.provenance));
  }

  long heldBytes() {
    return heldBytes;
  }

  /**
   * Adds a row. True if it, or another one of its key, is on its way; false if it is larger than
   * the queue, if there is no room and no waiting, or if the thread was interrupted or the queue
   * closed meanwhile.
   */
  boolean offer(Pending row, boolean wait) {
    if (row.byteCount() > capacityBytes) {
      return false;
    }
    try {
      lock.lock();
      while (!closed && heldBytes + row.byteCount() > capacityBytes) {
        if (!wait) {
          return false;
        }
        freed.await();
      }
      if (closed) {
        return false;
      }
      if (!rows.containsKey(row.key)) {
        add(row);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Adds all of a row or, where there is no memory, nothing. */
  private void add(Pending row) {
    try {
      rows.put(row.key, row);
      items.add(row);
    } catch (OutOfMemoryError e) {
      if (items.peekLast() != row) {
        rows.remove(row.key, row);
        throw e;
      }
    }
    heldBytes += row.byteCount();
    unreservedBytes += row.byteCount();
    arrived.signal();
  }

  /** Adds something to be done after the rows before it; false if closed. */
  boolean offer(Runnable task) {
    try {
      lock.lock();
      if (!closed) {
        items.add(task);
        arrived.signal();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives rows of up to so many bytes, or a task, or nothing after the time. Gives them again until
   * they are done.
   */
  Batch take(long mostBytes, long waitNanos) throws InterruptedException {
    try {
      lock.lock();
      long left = waitNanos;
      while (items.isEmpty() && !closed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      List<Pending> waiting = first(mostBytes);
      Runnable task = items.peek() instanceof Runnable first ? first : null;
      return new Batch(waiting, task, items.isEmpty() && closed);
    } finally {
      lock.unlock();
    }
  }

  /** The rows before the first task, of up to so many bytes and one more. */
  private List<Pending> first(long mostBytes) {
    List<Pending> waiting = new ArrayList<>();
    long bytes = 0;
    for (Object item : items) {
      if (!(item instanceof Pending row) || bytes > 0 && bytes >= mostBytes) {
        break;
      }
      waiting.add(row);
      bytes += row.byteCount();
    }
    return waiting;
  }

  /** Bytes that will be asked for: those of rows without room on the disk. */
  long unreservedBytes() {
    return unreservedBytes;
  }

  /** There is room on the disk for these rows, and it is counted there. */
  void reserved(Collection<Pending> of) {
    try {
      lock.lock();
      for (Pending row : of) {
        unreservedBytes -= row.isReserved ? 0 : row.byteCount();
        row.isReserved = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The task ran, however it ended. */
  void done(Runnable task) {
    try {
      lockForSure();
      if (items.peek() == task) {
        items.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The row is in the index now, or given up. Rows are done in their order. */
  void done(Pending row) {
    rows.remove(row.key, row);
    long byteCount = row.byteCount();
    try {
      lockForSure();
      if (items.peek() != row) {
        return; // it was done before
      }
      items.remove();
      unreservedBytes -= row.isReserved ? 0 : byteCount;
      heldBytes -= byteCount;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waiting for a lock may need memory, and who waits for room must not wait for ever. */
  private void lockForSure() {
    for (int attempt = 1; ; attempt++) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        if (lock.isHeld()) {
          return;
        }
        if (attempt == MOST_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Takes a row back before it is written. */
  void cancel(TensorKey key) {
    Pending row = rows.get(key);
    if (row != null) {
      row.cancel();
      rows.remove(key, row);
    }
  }

  /** Takes back every row that waits. */
  void cancelAll() {
    rows.keySet().forEach(this::cancel);
  }

  /** Nothing is added any more; what is there is still taken. */
  void close() {
    try {
      lock.lock();
      closed = true;
      arrived.signalAll();
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** True until {@link #close}. */
  boolean isOpen() {
    try {
      lock.lock();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
