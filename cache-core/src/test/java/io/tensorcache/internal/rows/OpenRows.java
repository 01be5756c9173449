package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Compression;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of one cache below its face, which write down what they tell. */
public final class OpenRows implements AutoCloseable {
  static final int ROW_BYTES = 1000;

  /** What one row counts for on the heap, and a little more. */
  static final int HEAP_ROW = ROW_BYTES + 300;

  static final ByteSize NONE = ByteSize.ofBytes(0);

  public final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  final List<String> evicted = new CopyOnWriteArrayList<>();
  public final AtomicLong now = new AtomicLong(1_800_000_000_000L);

  /** Told of failures too, if it is there. */
  volatile @Nullable Consumer<TensorCacheException> listener;

  public final CacheState state;
  public final CacheRows rows;
  final Group group;

  OpenRows(CacheConfig config) {
    this.state = new CacheState(config, this::tell);
    this.rows =
        new CacheRows(
            state,
            (key, group) -> evicted.add(key + " " + group),
            () -> Instant.ofEpochMilli(now.get()));
    this.group = rows.groups().of("f", ComputationDigest.of(new TensorKey(1, 2)));
  }

  private void tell(TensorCacheException failure) {
    failures.add(failure);
    Consumer<TensorCacheException> other = listener;
    if (other != null) {
      other.accept(failure);
    }
  }

  /** A heap for so many rows and nothing else. */
  public static OpenRows inMemory(int rowCount) {
    return new OpenRows(config(rowCount, NONE, null, null));
  }

  /** A heap for so many rows that lets all in. */
  public static OpenRows recent(int rowCount) {
    return new OpenRows(config(NONE, rowCount, NONE, null, null, WhenFull.RECENT));
  }

  /** A disk tier below a heap for so many rows. */
  public static OpenRows onDisk(int rowCount, Path directory) {
    return new OpenRows(config(rowCount, ByteSize.ofMiB(16), directory, null));
  }

  /** A store below a heap for so many rows. */
  public static OpenRows persisting(int rowCount, @Nullable Path directory) {
    return new OpenRows(config(rowCount, NONE, null, SampleConfig.store(directory, null)));
  }

  /** The same where rows live for a time, by the clock of this. */
  public static OpenRows persisting(int rowCount, Path directory, Duration timeToLive) {
    StoreConfig store = SampleConfig.store(directory, timeToLive);
    return new OpenRows(config(rowCount, NONE, null, store));
  }

  /** A device tier of so many bytes above a heap for so many rows, which let all in. */
  public static OpenRows onDevice(long deviceBytes, int rowCount) {
    return onDevice(deviceBytes, rowCount, WhenFull.RECENT);
  }

  /** A device tier of so many bytes above a heap for so many rows. */
  public static OpenRows onDevice(long deviceBytes, int rowCount, WhenFull whenFull) {
    return new OpenRows(
        config(ByteSize.ofBytes(deviceBytes), rowCount, NONE, null, null, whenFull));
  }

  /** A device tier of so many bytes, which lets all in, and a store, and nothing between. */
  public static OpenRows onDevice(long deviceBytes, Path directory) {
    StoreConfig store = SampleConfig.store(directory, null);
    return new OpenRows(
        config(ByteSize.ofBytes(deviceBytes), 0, NONE, null, store, WhenFull.RECENT));
  }

  static CacheConfig config(
      int rowCount, ByteSize disk, @Nullable Path diskDirectory, @Nullable StoreConfig store) {
    return config(NONE, rowCount, disk, diskDirectory, store, WhenFull.EVICT);
  }

  /** A heap for so many rows that lets all in, above a store. */
  static CacheConfig recent(int rowCount, StoreConfig store) {
    return config(NONE, rowCount, NONE, null, store, WhenFull.RECENT);
  }

  private static CacheConfig config(
      ByteSize device,
      int rowCount,
      ByteSize disk,
      @Nullable Path diskDirectory,
      @Nullable StoreConfig store,
      WhenFull whenFull) {
    return new CacheConfig(
        "c",
        CacheLevel.NORMAL,
        device,
        NONE,
        ByteSize.ofBytes((long) rowCount * HEAP_ROW),
        NONE,
        disk,
        diskDirectory,
        whenFull,
        Weigh.HITS,
        Compression.NONE,
        KeyAlgorithm.TCH1,
        0,
        false,
        KeyBackend.JAVA,
        "asked for",
        store);
  }

  static TensorKey key(int number) {
    return new TensorKey(77L + number, 1000L + number);
  }

  Row row(int number) {
    Row row = SampleRows.ofBytes(number, ROW_BYTES);
    return row.from(row.schema(), group.number());
  }

  PersistedRows persisted() {
    PersistedRows persisted = rows.persisted();
    assertNotNull(persisted);
    return persisted;
  }

  /** Tells this failure of the store, with this as the listener; throws what it throws. */
  void whileTelling(TensorCacheException failure, Runnable action) {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    listener =
        told -> {
          try {
            action.run();
          } catch (Throwable e) { // a cache goes on whatever a listener throws
            thrown.set(e);
          }
        };
    persisted().failed(failure);
    listener = null;
    Throwable e = thrown.get();
    if (e != null) {
      throw new AssertionError("while telling: " + e, e);
    }
  }

  void close(Consumer<TensorCacheException> told) {
    state.close();
    Closing.all(
        all -> {
          rows.close(all);
          all.part("the store", rows::closeStore);
        },
        told);
  }

  @Override
  public void close() {
    close(failures::add);
  }
}
