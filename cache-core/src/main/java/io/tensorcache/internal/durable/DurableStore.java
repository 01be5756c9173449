package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows in files that outlive the process, however it ends. Several stores, in one process or in
 * many, may use the same directory: each writes its own files and reads those of all.
 *
 * <p>A row is acknowledged when {@link #flush} or {@link #close} returns after it was stored, and
 * at the latest about a second later otherwise. An acknowledged row survives kill -9; whether it
 * survives a loss of power is up to the {@link io.tensorcache.config.SyncPolicy}.
 *
 * <p>What goes wrong with files is told to {@link DurableEvents} and is a miss or "not admitted";
 * it never breaks the caller. Everything but {@link #use} and {@link #close} throws {@link
 * IllegalStateException} if it is closed. Safe for use by several threads.
 */
public final class DurableStore implements AutoCloseable {
  private static final long POLL_NANOS = WriteQueue.nanos(100);

  private final String name;
  private final StoreParts parts;
  private final WriteQueue queue;
  private final StoreWriter writer;
  private final SegmentReader reader;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicLong lastPoll = new AtomicLong(System.nanoTime());
  private final AtomicLong declined = new AtomicLong();

  private DurableStore(String name, StoreParts parts, @Nullable WriterLock lock) {
    this.name = name;
    this.parts = parts;
    this.queue = new WriteQueue(parts.config().queue().bytes());
    this.writer = new StoreWriter(parts, queue, lock, name);
    this.reader = new SegmentReader(parts, place -> queue.offer(() -> parts.pruner().bury(place)));
  }

  /**
   * Opens the store {@code directory/name}, which is created for the owner only. Reads the index
   * files, takes over what dead processes left.
   *
   * @param clock tells how old an entry is
   * @param config where the store lies is not read from it
   * @throws IllegalArgumentException if an option is out of its range, or the name cannot be that
   *     of a directory
   * @throws StorageException if the directory does not exist and cannot be created
   */
  public static DurableStore open(
      Path directory, String name, StoreConfig config, DurableEvents events, InstantSource clock) {
    return open(directory, name, config, events, DiskFiles::hold, clock::millis);
  }

  /**
   * Opens a store to look at it: creates and changes no file, not even those of dead processes.
   * What is stored or removed by this object is declined and told.
   *
   * @throws IllegalArgumentException if the name cannot be that of a directory
   * @throws StorageException if there is no such store, or its directory cannot be listed
   */
  public static DurableStore openForReading(Path directory, String name, DurableEvents events) {
    Path real = StoreDirectory.existing(directory, name);
    Health health = new Health(events);
    health.onlyRead();
    StoreParts parts = StoreParts.toRead(real, health);
    parts.catalog().requireListed();
    DurableStore store = new DurableStore(name, parts, null);
    health.deliver();
    store.writer.start();
    return store;
  }

  static DurableStore open(
      Path directory,
      String name,
      StoreConfig config,
      DurableEvents events,
      StoreFiles.Source source,
      LongSupplier wallMillis) {
    StoreLimits.check(config);
    Path real = StoreDirectory.create(directory, name);
    Health health = new Health(events);
    StoreFiles files = StoreDirectory.hold(source, real);
    StoreParts parts = StoreParts.of(files, real, config, new StoreClock(wallMillis), health);
    WriterLock lock = parts.lock(files);
    parts.catalog().poll();
    DurableStore store = new DurableStore(name, parts, lock);
    if (lock != null) {
      parts.takeover().run();
    }
    health.deliver();
    store.writer.start();
    return store;
  }

  /**
   * What a row consists of, without reading it; null if it is not here. Not verified until the row
   * is read.
   *
   * @throws IllegalStateException if closed
   */
  public @Nullable RowSchema schema(TensorKey key) {
    requireOpen();
    Pending pending = queue.pending(key);
    if (pending != null) {
      return pending.row.schema();
    }
    RowSchema schema = reader.schema(key);
    if (schema == null && pollIfDue()) {
      schema = reader.schema(key);
    }
    finish();
    return schema;
  }

  /**
   * Reads a row into the target: one copy out of the file, verified. Unless the result is a hit,
   * the row's bytes in the target are undefined.
   *
   * @throws IllegalStateException if closed
   */
  public Lookup read(TensorKey key, RowTarget target) {
    requireOpen();
    Lookup found = find(key, target);
    if (found == Lookup.MISS && pollIfDue()) {
      found = find(key, target);
    }
    finish();
    return found;
  }

  /**
   * The row itself, verified, a copy; null if it is not here. Does not look for what other
   * processes stored just now.
   *
   * @throws IllegalStateException if closed
   */
  public @Nullable Row row(TensorKey key) {
    requireOpen();
    Pending pending = queue.pending(key);
    Row row = pending == null ? reader.row(key) : pending.row;
    finish();
    return row;
  }

  private Lookup find(TensorKey key, RowTarget target) {
    Pending pending = queue.pending(key);
    if (pending != null) {
      return pending.row.copyIfExpected(target) ? Lookup.DURABLE_HIT : Lookup.OTHER_SCHEMA;
    }
    return reader.read(key, target);
  }

  /**
   * Reads many rows in the order in which they lie in the files, on several threads where that
   * pays.
   *
   * @param keys the rows
   * @param targets called once per reading thread; what it returns gives the target, set to where
   *     the row of this index of {@code keys} goes, and is used by that thread alone
   * @return what came of each, by index
   * @throws IllegalStateException if closed
   */
  public Lookup[] readAll(
      List<TensorKey> keys, Supplier<? extends IntFunction<RowTarget>> targets) {
    requireOpen();
    Lookup[] found =
        new BatchRead(parts.catalog().index, parts.oldestSeconds())
            .run(keys, targets, reader.forBatches(this::find));
    if (List.of(found).contains(Lookup.MISS) && pollIfDue()) {
      IntFunction<RowTarget> target = targets.get();
      for (int i = 0; i < found.length; i++) {
        found[i] = found[i] == Lookup.MISS ? find(keys.get(i), target.apply(i)) : found[i];
      }
    }
    finish();
    return found;
  }

  /**
   * Queues a row to be written; returns without waiting for the disk unless the queue is full and
   * {@link WhenBusy#WAIT}. The row is kept by reference until it is written and can be read at
   * once. A key that is here already keeps its row.
   *
   * @return false if the row is not admitted: larger than the queue or a quarter of the limit, the
   *     store full and {@code KEEP_FIRST}, the queue full and {@code DECLINE}, or nothing can be
   *     written, which was told
   * @throws IllegalStateException if closed
   */
  public boolean store(TensorKey key, Row row, Provenance provenance) {
    return contains(key) || store(key, row, provenance, false) == Storing.QUEUED;
  }

  /**
   * Queues a row that was computed because it was asked for and is not here: a full store may
   * refuse it, unless {@code RECENT}.
   */
  public Storing storeComputed(TensorKey key, Row row, Provenance provenance) {
    return contains(key) ? Storing.QUEUED : store(key, row, provenance, true);
  }

  private Storing store(TensorKey key, Row row, Provenance provenance, boolean isComputed) {
    Pending pending = new Pending(key, row, provenance, parts.clock().millis());
    Storing storing = parts.newRows().offer(pending, queue, isComputed);
    if (storing != Storing.QUEUED) {
      declined.incrementAndGet();
      requireOpen();
    }
    finish();
    return storing;
  }

  /** So many rows of functions that persist were served without this store. */
  public void servedAbove(long rows) {
    parts.newRows().servedAbove(rows);
  }

  /** True if a row of this key is here, as far as this process has seen. */
  public boolean contains(TensorKey key) {
    requireOpen();
    return queue.pending(key) != null
        || parts.catalog().index.find(key, parts.oldestSeconds()) != 0;
  }

  /**
   * Removes a row, here at once, and for good and for other processes when flushed.
   *
   * @throws IllegalStateException if closed
   */
  public void remove(TensorKey key) {
    requireOpen();
    queue.cancel(key);
    parts.moving().cancel(key);
    KeyIndex index = parts.catalog().index;
    for (long place; (place = index.find(key, 0)) != 0; ) {
      long buried = place;
      if (index.remove(key, place)) {
        queue.offer(() -> parts.pruner().bury(buried));
      }
    }
    queue.offer(
        () -> {
          if (pollIfDue()) { // what other processes stored just now
            parts.pruner().remove(key);
          }
        });
    finish();
  }

  /**
   * Waits until everything stored before is written, and on the disk itself as the policy promises.
   *
   * @return false if something of it could not be written, which was told
   */
  public boolean flush() {
    requireOpen();
    Boolean complete = writer.call(writer::flush);
    finish();
    return Boolean.TRUE.equals(complete);
  }

  /**
   * Removes every entry that is selected, of all processes.
   *
   * @return how many there were, and the bytes they took
   * @throws IllegalStateException if closed
   */
  public RemovedRows prune(RowSelection selection) {
    return changeAll(
        () -> {
          writer.seal();
          return parts.pruner().prune(selection);
        });
  }

  /**
   * Removes everything that was here when the call began, of all processes.
   *
   * @throws IllegalStateException if closed
   */
  public void clear() {
    requireOpen();
    queue.cancelAll();
    changeAll(
        () -> {
          writer.seal();
          parts.pruner().clear();
          parts.newRows().clear();
          parts.notes().clear();
          parts.ledger().recount(0);
          return Pruner.NONE;
        });
  }

  private RemovedRows changeAll(Callable<RemovedRows> change) {
    requireOpen();
    Health health = parts.health();
    boolean isRefused = health.isRefusalFinal();
    if (isRefused) {
      health.failed(new StorageException("nothing is removed: " + health.refusal()));
    }
    RemovedRows removed = isRefused ? null : writer.call(change);
    finish();
    return removed == null ? Pruner.NONE : removed;
  }

  /**
   * Visits every row that waits to be written. One that is written meanwhile is visited here, or by
   * {@link #forEach} afterwards.
   *
   * @throws IllegalStateException if closed
   */
  public void forEachQueued(BiConsumer<TensorKey, Provenance> visitor) {
    requireOpen();
    queue.forEachWaiting(visitor);
  }

  /**
   * Visits every entry on the disk that can be found, in no particular order. Stops no one.
   *
   * @throws IllegalStateException if closed
   */
  public void forEach(Consumer<StoredEntry> visitor) {
    browser().forEach(visitor);
  }

  /** What is known of the functions whose rows are here. */
  public FunctionNotes notes() {
    return parts.notes();
  }

  /** To look at what is in the files, entry by entry. */
  public StoreBrowser browser() {
    return new StoreBrowser(parts, writer, reader, this::requireOpen);
  }

  /** What the store holds and did. Also after close. */
  public DurableUse use() {
    KeyIndex index = parts.catalog().index;
    return new DurableUse(
        index.size(),
        parts.ledger().lastSeen(),
        parts.config().limit(),
        queue.heldBytes(),
        parts.catalog().segments.count(),
        index.byteCount(),
        writer.written(),
        writer.writtenBytes(),
        declined.get() + writer.lost(),
        writer.evicted(),
        parts.health().losses(),
        parts.health().failures(),
        parts.health().refusal());
  }

  /** Writes what is queued, seals the open segment, frees everything. Idempotent. */
  @Override
  public void close() {
    closed.set(true);
    queue.close();
    writer.awaitEnd();
  }

  private boolean pollIfDue() {
    long last = lastPoll.get();
    long now = System.nanoTime();
    return now - last >= POLL_NANOS
        && lastPoll.compareAndSet(last, now)
        && parts.catalog().pollIfFree();
  }

  private void finish() {
    parts.health().deliver();
    requireOpen();
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the durable store \"" + name + "\" is closed");
    }
  }
}
