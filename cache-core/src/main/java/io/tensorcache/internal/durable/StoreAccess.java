package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.StoreBusyException;
import io.tensorcache.error.TensorCacheException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The durable store behind a {@code RowStore}: one of its own, or that of a cache. Safe for use by
 * several threads.
 */
public final class StoreAccess implements AutoCloseable {
  private final Supplier<DurableStore> store;
  private final @Nullable DurableStore own;
  private final boolean mayChange;
  private final Failures failures;

  private StoreAccess(
      Supplier<DurableStore> store,
      @Nullable DurableStore own,
      boolean mayChange,
      Failures failures) {
    this.store = store;
    this.own = own;
    this.mayChange = mayChange;
    this.failures = failures;
  }

  /** That of a cache, which hears of failures itself. */
  public static StoreAccess of(Supplier<DurableStore> store) {
    return new StoreAccess(store, null, true, new Failures());
  }

  public static StoreAccess toRead(Path directory, String name) {
    Failures failures = new Failures();
    DurableStore own = DurableStore.openForReading(directory, name, failures);
    return new StoreAccess(() -> own, own, false, failures);
  }

  /**
   * Opens or creates a store to change it.
   *
   * @throws StorageException if it cannot be written
   * @throws StoreBusyException if another process keeps it locked
   */
  public static StoreAccess toChange(Path directory, String name, StoreConfig config) {
    Failures failures = new Failures();
    DurableStore own = DurableStore.open(directory, name, config, failures, SteadyClock.SYSTEM);
    StoreAccess access = new StoreAccess(() -> own, own, true, failures);
    String refusal = own.use().refusal();
    if (refusal != null) {
      own.close();
      access.check();
      throw new StorageException(refusal);
    }
    return access;
  }

  public DurableStore store() {
    return store.get();
  }

  public DurableStore storeToChange() {
    if (!mayChange) {
      throw new IllegalStateException(
          "the store was opened to be read: use RowStore.openForChanges");
    }
    problems(); // of earlier operations
    return store.get();
  }

  /**
   * Throws what went wrong since {@link #storeToChange}.
   *
   * @throws StoreBusyException if another process kept the store locked
   * @throws StorageException if a file could not be changed
   */
  public void check() {
    StorageException first = null;
    for (TensorCacheException failure; (failure = failures.queue.poll()) != null; ) {
      if (failure.getCause() instanceof BusyException busy) {
        throw new StoreBusyException(busy.getMessage() + ": end it or try again later", failure);
      }
      failures.note(failure);
      first = first == null && failure instanceof StorageException storage ? storage : first;
    }
    if (first != null) {
      throw first;
    }
  }

  /** What was wrong with files so far. */
  public List<String> problems() {
    for (TensorCacheException failure; (failure = failures.queue.poll()) != null; ) {
      failures.note(failure);
    }
    return List.copyOf(failures.noted);
  }

  /** Those of them that kept something from being read. */
  public List<String> unreadable() {
    problems();
    return List.copyOf(failures.unread);
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }

  private static final class Failures implements DurableEvents {
    private static final int MOST_NOTED = 1000;

    private final ConcurrentLinkedQueue<TensorCacheException> queue = new ConcurrentLinkedQueue<>();
    private final Set<String> noted = ConcurrentHashMap.newKeySet();
    private final Set<String> unread = ConcurrentHashMap.newKeySet();

    void note(TensorCacheException failure) {
      if (noted.size() < MOST_NOTED) {
        noted.add(String.valueOf(failure.getMessage()));
        if (failure instanceof StorageException && failure.getCause() instanceof IOException) {
          unread.add(String.valueOf(failure.getMessage()));
        }
      }
    }

    @Override
    public void failed(TensorCacheException failure) {
      queue.add(failure);
    }

    @Override
    public void evicted(long entries) {
      // a full store admits nothing here; expired rows may go
    }
  }
}
