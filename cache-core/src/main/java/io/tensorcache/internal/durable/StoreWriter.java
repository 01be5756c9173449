package io.tensorcache.internal.durable;

import io.tensorcache.config.SyncPolicy;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that changes files: writes what is queued, puts it on the disk when it is time,
 * looks what other processes did. What fails is told, and the rows concerned are given up.
 */
final class StoreWriter implements Runnable {
  private static final long BATCH_BYTES = 4 << 20;

  /** The disk writes while rows are computed, instead of all at once while someone waits. */
  private static final long MOST_UNFORCED_BYTES = 16 << 20;

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final StoreParts parts;
  private final WriteQueue queue;
  private final @Nullable SegmentWriter segment;
  private final Room room;
  private final Upkeep upkeep;
  private final Thread thread;
  private long lastTick = System.nanoTime();
  private long dirtySince;

  /** The rows that are being written. */
  private final Map<TensorKey, Pending> batch = new HashMap<>();

  /** Records of rows that were removed while they were written. */
  private final List<Long> unwanted = new ArrayList<>();

  /** How many rows of the batch are written or given up. */
  private int settled;

  /** Made at the start: at the end there may be no memory for it. */
  private final List<Action> ending;

  private long lossesTold;
  private volatile long written;
  private volatile long writtenBytes;
  private volatile long lost;

  /** {@code lock} is null for a store that is only read. */
  StoreWriter(StoreParts parts, WriteQueue queue, @Nullable WriterLock lock, String name) {
    this.parts = parts;
    this.queue = queue;
    this.segment =
        lock == null
            ? null
            : parts.segmentWriter(lock, new SecureRandom()::nextLong, this::publish);
    this.room = parts.room();
    this.upkeep = new Upkeep(parts, room);
    this.thread = new Thread(this, "tensorcache-durable-" + name);
    thread.setDaemon(true);
    thread.setContextClassLoader(StoreWriter.class.getClassLoader()); // not that of who came first
    this.ending =
        List.of(
            this::sealLast,
            parts.notes()::save,
            () -> parts.unlock(lock),
            parts.catalog()::close,
            parts.health()::deliver);
  }

  void start() {
    boolean isStarted = false;
    try {
      thread.start();
      isStarted = true;
    } finally {
      if (!isStarted) {
        finish();
      }
    }
  }

  long written() {
    return written;
  }

  long writtenBytes() {
    return writtenBytes;
  }

  /** Rows that were admitted and could not be written. */
  long lost() {
    return lost;
  }

  long evicted() {
    return room.evicted();
  }

  /** Runs something on the writer's thread, after what is queued; null if that is not possible. */
  <T> @Nullable T call(Callable<T> action) {
    CompletableFuture<@Nullable T> result = new CompletableFuture<>();
    boolean offered =
        queue.offer(
            () -> {
              T value = null;
              try {
                value = action.call();
              } catch (Throwable e) {
                parts.health().thrown(e);
              } finally {
                result.complete(value); // or who waits would wait for ever
              }
            });
    return offered ? result.join() : null;
  }

  /** On the writer's thread: puts everything on the disk; true if nothing was lost. */
  boolean flush() {
    force(parts.config().sync() != SyncPolicy.ON_CLOSE);
    parts.catalog().poll();
    parts.notes().save();
    long losses = parts.health().losses();
    boolean complete = losses == lossesTold && !parts.health().isRefusalFinal();
    lossesTold = losses;
    return complete;
  }

  /** On the writer's thread: ends the open segment. */
  void seal() throws IOException {
    if (segment != null) {
      segment.seal();
    }
  }

  @Override
  public void run() {
    boolean more = true;
    while (more) {
      try {
        more = step();
        parts.health().deliver();
      } catch (InterruptedException e) {
        continue; // this thread is nobody's to stop: close() ends it
      } catch (Throwable e) { // takes no memory: there may be none, and some again in a moment
        parts.health().lost(); // what it was about to do, a removal for example
        parts.health().thrown(e);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    finish();
  }

  /** Does what comes next; false after the last. */
  private boolean step() throws InterruptedException {
    WriteQueue.Batch next = queue.take(BATCH_BYTES, waitNanos());
    Runnable task = next.task();
    if (task != null) {
      try {
        task.run();
      } finally {
        queue.done(task);
      }
    } else if (!next.rows().isEmpty()) {
      write(next.rows());
    }
    tickIfDue();
    return !next.isEnd();
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Whatever it throws is told with the next delivery; this thread goes on. */
  private void quietly(Action action) {
    try {
      action.run();
    } catch (Throwable e) {
      parts.health().thrown(e);
    }
  }

  private long waitNanos() {
    boolean waitsForSync =
        segment != null && segment.isDirty() && parts.config().sync() == SyncPolicy.INTERVAL;
    long toSync = parts.config().interval().toNanos() - (System.nanoTime() - dirtySince);
    return waitsForSync ? Math.max(1, Math.min(TICK_NANOS, toSync)) : TICK_NANOS;
  }

  private void write(List<Pending> rows) {
    int due = rows.size();
    settled = 0;
    try {
      List<Room.Carried> entries = new ArrayList<>(rows.size());
      for (Pending row : rows) {
        Room.Carried entry = encode(row);
        if (entry == null) {
          due--;
        } else {
          entries.add(entry);
          batch.put(row.key, row);
        }
      }
      if (parts.health().refusal() == null && segment != null) {
        write(segment, entries);
      }
    } catch (IOException | RuntimeException | Error e) {
      failWriteQuietly(e);
    } finally {
      lose(due - settled);
      for (int i = 0; i < rows.size(); i++) {
        queue.done(rows.get(i));
      }
      batch.clear();
      parts.moving().clear();
      quietly(this::buryUnwanted);
    }
  }

  private void buryUnwanted() {
    while (!unwanted.isEmpty()) {
      parts.pruner().bury(unwanted.get(unwanted.size() - 1));
      unwanted.remove(unwanted.size() - 1); // what fails is tried again after the next batch
    }
  }

  /** A row is either cancelled before it can be found, or can be found by who removes it. */
  private void publish(Segment to, TensorKey key, int start, int bodyBytes, long createdMillis) {
    Pending written = batch.get(key);
    Arrival row = written == null ? parts.moving().begin(key) : written;
    if (!row.unlessCancelled(() -> parts.catalog().add(to, key, start, bodyBytes, createdMillis))) {
      unwanted.add(Place.of(to.slot, start, SegmentFormatV1.recordBytes(bodyBytes)));
    }
  }

  /** Null if there is nothing to write. The group number means nothing to another process: 0. */
  private Room.@Nullable Carried encode(Pending row) {
    if (row.isCancelled() || parts.catalog().index.find(row.key, parts.oldestSeconds()) != 0) {
      return null;
    }
    try {
      parts.files().allocating(row.byteCount());
      EncodedEntry entry = EncodedEntry.of(row.key, row.row, 0, parts.config().compression());
      return new Room.Carried(row.key, entry, row.provenance, row.createdMillis);
    } catch (RuntimeException | OutOfMemoryError e) {
      parts.health().failed(new StorageException("row " + row.key + " cannot be encoded: " + e, e));
      lose(1);
      return null;
    }
  }

  private void write(SegmentWriter to, List<Room.Carried> entries) throws IOException {
    List<Room.Carried> carried = new ArrayList<>();
    if (!append(to, carried, entries)) {
      for (Room.Carried entry : entries) { // near the limit, some may fit
        if (!append(to, carried, List.of(entry))) {
          lose(1);
          settled++;
        }
      }
    }
    if (parts.config().sync() == SyncPolicy.EVERY_WRITE) {
      to.force();
    } else if (parts.config().sync() == SyncPolicy.INTERVAL) {
      forceIfDue();
    }
  }

  /** False if there is no room for them. */
  private boolean append(SegmentWriter to, List<Room.Carried> carried, List<Room.Carried> entries)
      throws IOException {
    carried.clear();
    long before = to.accountedBytes();
    boolean mayDrop = entries.stream().allMatch(entry -> batch.get(entry.key()).mayDropOthers);
    if (!room.make(Room.cost(entries), mayDrop, to, carried)) {
      return false;
    }
    long reserved = Room.cost(entries) + Room.cost(carried);
    carried.removeIf(moved -> batch.containsKey(moved.key())); // removed, and stored anew
    queue.reserved(entries.stream().map(entry -> batch.get(entry.key())).toList());
    if (!to.isDirty()) {
      dirtySince = System.nanoTime();
    }
    for (List<Room.Carried> part : List.of(carried, entries)) {
      for (Room.Carried entry : part) {
        to.append(entry.key(), entry.entry(), entry.provenance(), entry.createdMillis());
      }
    }
    to.publish();
    settled += entries.size();
    written += entries.size();
    writtenBytes = to.totalBytes();
    parts.ledger().release(reserved - (to.accountedBytes() - before));
    parts.health().wrote();
    return true;
  }

  private void lose(int rows) {
    if (rows > 0) {
      lost += rows;
      parts.health().lost();
    }
  }

  /** Without a lambda: there may be no memory for one. */
  private void failWriteQuietly(Throwable e) {
    try {
      failWrite(e);
    } catch (Throwable again) {
      parts.health().thrown(again);
    }
  }

  private void failWrite(Throwable e) {
    parts.health().lost(); // what was written may not be on the disk
    if (segment != null) {
      segment.abandon();
      recountQuietly();
    }
    parts.refuse(e);
  }

  private void recountQuietly() {
    try {
      parts.ledger().recount(0);
    } catch (IOException | RuntimeException | Error e) {
      return; // what led here is told
    }
  }

  private void forceIfDue() {
    if (segment != null
        && segment.isDirty()
        && (segment.unforcedBytes() >= MOST_UNFORCED_BYTES
            || System.nanoTime() - dirtySince >= parts.config().interval().toNanos())) {
      force(true);
    }
  }

  private void force(boolean really) {
    try {
      if (segment != null && really) {
        segment.force();
      }
    } catch (IOException | RuntimeException | Error e) {
      failWrite(e);
    }
  }

  private void tickIfDue() {
    if (parts.config().sync() == SyncPolicy.INTERVAL) {
      forceIfDue();
    }
    if (System.nanoTime() - lastTick < TICK_NANOS) {
      return;
    }
    lastTick = System.nanoTime();
    upkeep.tick(segment);
  }

  private void finish() {
    for (Action part : ending) {
      quietly(part);
    }
  }

  private void sealLast() {
    try {
      seal();
    } catch (IOException | RuntimeException | Error e) {
      failWrite(e);
    }
  }

  /** Waits until everything queued is written; {@link WriteQueue#close} comes before. */
  void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
