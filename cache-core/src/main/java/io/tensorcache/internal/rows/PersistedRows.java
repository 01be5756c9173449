package io.tensorcache.internal.rows;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.durable.DurableEvents;
import io.tensorcache.internal.durable.DurableStore;
import io.tensorcache.internal.durable.DurableUse;
import io.tensorcache.internal.durable.FunctionNote;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.durable.StoreAccess;
import io.tensorcache.internal.durable.StoredEntry;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of persisting functions, in the durable store of a cache. What goes wrong there is told
 * and is a miss or "not admitted". Safe for use by several threads.
 *
 * <p>The store tells failures on its own thread too, and a listener may call anything. So on a
 * thread that is telling, the store counts as empty and full: it would wait for itself.
 */
public final class PersistedRows implements DurableEvents, AutoCloseable {
  private final CacheState state;
  private final @Nullable ScratchDirectory temporary;
  private final Path parent;
  private final DurableStore store;
  private final EntryRows entries = new EntryRows(this);
  private final ThreadLocal<Boolean> telling = ThreadLocal.withInitial(() -> false);

  /** What failed while this thread replaces a row, told afterwards. */
  private final ThreadLocal<@Nullable List<TensorCacheException>> untold = new ThreadLocal<>();

  private final AtomicLong declined = new AtomicLong();
  private final AtomicLong declinedTold = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean closed;

  private PersistedRows(
      CacheState state,
      StoreConfig config,
      Path parent,
      @Nullable ScratchDirectory temporary,
      InstantSource clock) {
    this.state = state;
    this.temporary = temporary;
    this.parent = parent;
    this.store = DurableStore.open(parent, state.config().name(), config, this, clock);
  }

  /**
   * Opens the store of a cache.
   *
   * @throws IllegalArgumentException if an option is out of its range or the cache's name cannot be
   *     that of a directory
   * @throws StorageException if the directory cannot be created
   */
  static PersistedRows open(CacheState state, StoreConfig config, InstantSource clock) {
    Path directory = config.directory();
    if (directory != null) {
      return new PersistedRows(state, config, directory, null, clock);
    }
    ScratchDirectory temporary = ScratchDirectory.create();
    try {
      return new PersistedRows(state, config, temporary.path(), temporary, clock);
    } catch (RuntimeException | Error e) {
      try {
        temporary.close();
      } catch (IOException another) {
        e.addSuppressed(another);
      }
      throw e;
    }
  }

  /** What a row consists of; null if it is not here. */
  public @Nullable RowSchema schema(TensorKey key) {
    return guarded(null, () -> store.schema(key));
  }

  /** A copy of a row; null if it is not here. */
  @Nullable Row row(TensorKey key) {
    return guarded(null, () -> store.row(key));
  }

  public Lookup read(TensorKey key, RowTarget target) {
    return guarded(Lookup.MISS, () -> store.read(key, target));
  }

  /** See {@link DurableStore#readAll}. */
  public Lookup[] readAll(
      List<TensorKey> keys, Supplier<? extends IntFunction<RowTarget>> targets) {
    Lookup[] nothing = new Lookup[keys.size()];
    Arrays.fill(nothing, Lookup.MISS);
    return guarded(nothing, () -> store.readAll(keys, targets));
  }

  /** What the store knows of a function; null if nothing. */
  public @Nullable FunctionNote note(Provenance of) {
    return guarded(null, () -> store.notes().of(of));
  }

  /** Keeps this, to be written by the next flush, or at the end. */
  public void note(FunctionNote note) {
    store.notes().put(note);
  }

  public boolean contains(TensorKey key) {
    return guarded(false, () -> store.contains(key));
  }

  /** Queues a row that was asked for. */
  public Storing store(TensorKey key, Row row, Group group) {
    Storing storing =
        guarded(Storing.DECLINED, () -> store.storeComputed(key, row, group.provenance()));
    if (storing != Storing.QUEUED) {
      declined.incrementAndGet();
    }
    return storing;
  }

  /** So many rows of functions that persist were served from memory. */
  public void servedAbove(long count) {
    store.servedAbove(count);
  }

  /** Queues a row of no function; false if it is not admitted. */
  boolean store(TensorKey key, Row row, Provenance provenance) {
    boolean admitted = guarded(false, () -> store.store(key, row, provenance));
    if (!admitted) {
      declined.incrementAndGet();
    }
    return admitted;
  }

  void remove(TensorKey key) {
    guarded(
        null,
        () -> {
          store.remove(key);
          return null;
        });
  }

  /** Rows of entries of scopes, whose orders are kept. */
  public EntryRows entries() {
    return entries;
  }

  /** True on a thread that must not use the store now. */
  boolean isTelling() {
    return telling.get();
  }

  /**
   * Puts a row in place of what is here, or removes it. No listener runs before the end: others may
   * wait for it.
   *
   * @param row null if none is to be here
   * @param replaced run if it went well: what was to be done is done, or was told
   * @param end run in any case, before a failure is told
   */
  void replace(
      TensorKey key, @Nullable Row row, Provenance provenance, Runnable replaced, Runnable end) {
    List<TensorCacheException> failures = new ArrayList<>();
    untold.set(failures);
    try {
      if (row != null || contains(key)) {
        remove(key);
      }
      if (row != null) {
        store(key, row, provenance);
      }
      replaced.run();
    } finally {
      untold.remove();
      end.run();
    }
    failures.forEach(this::failed);
  }

  /** Visits every row that waits to be written. */
  public void forEachQueued(BiConsumer<TensorKey, Provenance> visitor) {
    guarded(
        null,
        () -> {
          store.forEachQueued(visitor);
          return null;
        });
  }

  /** Visits every entry that is on the disk. */
  public void forEach(Consumer<StoredEntry> visitor) {
    guarded(
        null,
        () -> {
          store.forEach(visitor);
          return null;
        });
  }

  /** True if every row since the last flush is kept and acknowledged. */
  boolean flush() {
    entries.carryOutAll();
    boolean isKept = guarded(false, store::flush);
    long now = declined.get();
    return isKept & declinedTold.getAndAccumulate(now, Math::max) >= now;
  }

  /** Rises with every row that is not kept: of two threads that flush, one alone hears of it. */
  public long losses() {
    return declined.get() + store.use().losses();
  }

  void clear() {
    guarded(
        null,
        () -> {
          store.clear();
          return null;
        });
  }

  /** In which the directory of the store lies. */
  public Path directory() {
    return parent;
  }

  /** A door to everything that is here. */
  public StoreAccess access() {
    return StoreAccess.of(this::storeIfUsable);
  }

  private DurableStore storeIfUsable() {
    state.checkOpen();
    if (telling.get()) {
      throw new IllegalStateException(
          "a listener must not use the store while it is told of it: use another thread");
    }
    return store;
  }

  TierStats stats(long hits) {
    DurableUse use = store.use();
    return new TierStats(
        Tier.DURABLE,
        closed ? 0 : use.entries(),
        ByteSize.ofBytes(closed ? 0 : use.byteCount()),
        use.limit(),
        hits,
        use.evicted());
  }

  private <V extends @Nullable Object> V guarded(V otherwise, Supplier<V> operation) {
    if (closed || telling.get()) {
      return otherwise;
    }
    try {
      return operation.get();
    } catch (RuntimeException e) {
      if (!closed) { // while closing, anything may fail, and that is why
        failed(
            e instanceof TensorCacheException failure
                ? failure
                : new StorageException("the durable store failed: " + e, e));
      }
      return otherwise;
    }
  }

  @Override
  public void failed(TensorCacheException failure) {
    List<TensorCacheException> later = untold.get();
    if (later != null) {
      later.add(failure);
      return;
    }
    telling.set(true);
    try {
      state.failed(failure);
    } finally {
      telling.remove();
    }
  }

  @Override
  public void evicted(long entries) {
    state.counts().evictions.add(entries);
  }

  /** Writes what is queued and frees everything; later, if a listener closes the cache. */
  @Override
  public void close() {
    if (telling.get()) {
      Runnable end = () -> Closing.all(all -> all.part("the store", this::end), this::failed);
      new Thread(end, "tensorcache-close-" + state.config().name()).start();
    } else {
      end();
    }
  }

  private void end() {
    try {
      entries.carryOutAll(); // of calls that have returned, or are about to
    } finally {
      closed = true;
      endStore();
    }
  }

  private void endStore() {
    try {
      store.close();
    } finally {
      if (temporary != null && ended.compareAndSet(false, true)) {
        remove(temporary);
      }
    }
  }

  private void remove(ScratchDirectory directory) {
    try {
      directory.close();
    } catch (IOException e) {
      failed(
          new StorageException(
              "the temporary directory " + directory.path() + " remains: " + e, e));
    }
  }
}
