package io.tensorcache.internal.rows;

import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows from disk tier and store before a call asks for them, on a thread of its own, one
 * batch after another. A batch waits for the call with the same rows; it is never wrong, because
 * the keys name the weights too, and at worst for nothing. Bounded in bytes: the oldest batches go.
 * Safe for use by several threads.
 */
public final class ReadAhead implements AutoCloseable {
  /** 256 MiB, or an eighth of the Java heap if that is less. Outside the Java heap. */
  static final long MOST_BYTES = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

  private static final int MOST_WAITING = 8;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final CacheState state;
  private final CacheTiers tiers;
  private final AheadMemory memory = new AheadMemory(MOST_BYTES);
  private final ThreadPoolExecutor worker;

  private final RankedLock lock = new RankedLock(Rank.READ_AHEAD);

  /** By keys, oldest first. Guarded by lock. */
  private final Map<List<TensorKey>, AheadBatch> batches = new LinkedHashMap<>();

  private volatile boolean isEmpty = true;

  ReadAhead(CacheState state, CacheTiers tiers) {
    this.state = state;
    this.tiers = tiers;
    this.worker =
        new ThreadPoolExecutor(
            1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);
    worker.allowCoreThreadTimeOut(true);
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "tensorcache-prefetch-" + state.config().name());
    thread.setDaemon(true);
    thread.setContextClassLoader(ReadAhead.class.getClassLoader()); // not that of who came first
    return thread;
  }

  /**
   * Starts reading rows; {@code durable} is null if they do not persist, {@code startNanos} when
   * the caller began with it.
   */
  public void submit(List<TensorKey> keys, @Nullable PersistedRows durable, long startNanos) {
    AheadBatch batch = new AheadBatch(keys);
    try {
      lock.lock();
      if (worker.isShutdown() || batches.containsKey(keys)) {
        return;
      }
      while (batches.size() >= MOST_WAITING) {
        drop(batches.values().iterator().next());
      }
      batches.put(keys, batch);
      isEmpty = false;
      worker.execute(() -> read(batch, durable));
    } finally {
      lock.unlock();
    }
    batch.costs(System.nanoTime() - startNanos);
  }

  /**
   * What was read ahead of these rows, to be closed after use: nothing if that has not begun; null
   * if it was not asked for, or if it is being read by this thread, which tells a listener of it.
   */
  public @Nullable AheadBatch take(List<TensorKey> keys) {
    AheadBatch batch;
    try {
      lock.lock();
      batch = batches.get(keys);
      if (batch != null && batch.isReadHere()) {
        return null;
      }
      batches.remove(keys);
      isEmpty = batches.isEmpty();
    } finally {
      lock.unlock();
    }
    if (batch != null && !batch.cancel()) {
      batch.await();
    }
    return batch;
  }

  /** True if a row that was read from there has not been removed since. */
  public boolean isStillThere(TensorKey key, Lookup found, @Nullable PersistedRows durable) {
    return found == Lookup.DURABLE_HIT
        ? durable != null && durable.contains(key)
        : tiers.tierOf(key) != null;
  }

  /** True if there is nothing to take. */
  public boolean isEmpty() {
    return isEmpty;
  }

  /** Forgets everything that was read. */
  void clear() {
    try {
      lock.lock();
      new ArrayList<>(batches.values()).forEach(this::drop);
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private void drop(AheadBatch batch) {
    batches.remove(batch.keys());
    isEmpty = batches.isEmpty();
    if (!batch.cancel()) {
      batch.close(); // at once, or when it is read
    }
  }

  /** Drops the oldest batch that holds memory; false if there is none. */
  private boolean dropOldest() {
    try {
      lock.lock();
      for (AheadBatch batch : batches.values()) {
        if (batch.isRead()) {
          drop(batch);
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void read(AheadBatch batch, @Nullable PersistedRows durable) {
    if (!batch.begin()) {
      return;
    }
    long start = processorNanos();
    batch.readHere();
    try {
      RowSchema schema = schema(batch.keys(), durable);
      if (schema != null) {
        fill(batch, schema, durable);
      }
      batch.costs(processorNanos() - start);
    } catch (Throwable e) { // an Error too: no caller is here to get it
      tell(e);
    } finally {
      batch.end();
    }
  }

  private void tell(Throwable e) {
    try {
      state.failed(
          e instanceof TensorCacheException known
              ? known
              : new StorageException("rows could not be read ahead: " + e, e));
    } catch (OutOfMemoryError noRoom) {
      return; // not even for telling it: the call reads by itself
    }
  }

  /** What this thread has computed so far; it does not grow where that is not known. */
  private static long processorNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : 0;
  }

  private @Nullable RowSchema schema(List<TensorKey> keys, @Nullable PersistedRows durable) {
    RowSchema schema = null;
    for (int i = 0; i < keys.size() && schema == null; i++) {
      schema = durable == null ? null : durable.schema(keys.get(i));
      schema = schema == null ? tiers.schema(keys.get(i)) : schema;
    }
    return schema;
  }

  private void fill(AheadBatch batch, RowSchema schema, @Nullable PersistedRows durable) {
    List<TensorKey> keys = batch.keys();
    int rows = (int) Math.min(keys.size(), MOST_BYTES / Math.max(1, schema.byteCount()));
    if (rows == 0 || !batch.allocate(memory, schema, rows, this::dropOldest)) {
      return;
    }
    RowTarget target = batch.newTarget();
    List<TensorKey> below = new ArrayList<>();
    int[] numbers = new int[rows];
    for (int row = 0; row < rows; row++) {
      Tier tier = tiers.tierOf(keys.get(row));
      if (tier == Tier.DISK) {
        batch.found(row, tiers.read(keys.get(row), batch.at(target, row)));
      } else if (tier == null) {
        numbers[below.size()] = row;
        below.add(keys.get(row));
      }
    }
    if (durable == null || below.isEmpty()) {
      return;
    }
    var lookups =
        durable.readAll(
            below,
            () -> {
              RowTarget own = batch.newTarget();
              IntFunction<RowTarget> targets = i -> batch.at(own, numbers[i]);
              return targets;
            });
    for (int i = 0; i < lookups.length; i++) {
      batch.found(numbers[i], lookups[i]);
    }
  }

  @Override
  public void close() {
    try {
      lock.lock();
      worker.shutdown();
    } finally {
      lock.unlock();
    }
    clear();
  }
}
