package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Options of the durable store of a cache, which keeps the rows of {@code persisting} functions in
 * files. Strict: an option set twice throws. Confined to one thread.
 * <!-- region: store-options, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .store(
 *             store ->
 *                 store
 *                     .directory(directory) // the files lie in directory/features
 *                     .limit(ByteSize.ofGiB(1))
 *                     .sync(SyncPolicy.EVERY_WRITE) // a loss of power costs nothing
 *                     .whenBusy(WhenBusy.DECLINE) // no call waits for the disk
 *                     .timeToLive(Duration.ofDays(30)))
 *         .build();
 * }</pre>
 */
public final class StoreBuilder {
  private final Once<Path> directory = new Once<>("store.directory");
  private final Once<ByteSize> limit = new Once<>("store.limit");
  private final Once<WhenFull> whenFull = new Once<>("store.whenFull");
  private final Once<SyncPolicy> sync = new Once<>("store.sync");
  private final Once<Duration> interval = new Once<>("store.interval");
  private final Once<Compression> compression = new Once<>("store.compression");
  private final Once<ByteSize> queue = new Once<>("store.queue");
  private final Once<WhenBusy> whenBusy = new Once<>("store.whenBusy");
  private final Once<ByteSize> segment = new Once<>("store.segment");
  private final Once<Duration> timeToLive = new Once<>("store.timeToLive");

  StoreBuilder() {}

  /**
   * Sets where the store lies, in a directory of the cache's name. Caches of one name may share it,
   * in one process or in several. The default is a temporary directory, which is deleted when the
   * cache is closed.
   */
  public StoreBuilder directory(Path value) {
    directory.set(value);
    return this;
  }

  /**
   * Sets how many bytes all files have at most, whoever wrote them; at least 1 MiB. The default is
   * 10 GiB.
   */
  public StoreBuilder limit(ByteSize value) {
    limit.set(value);
    return this;
  }

  /**
   * Sets what a full store does with a new row. The default is {@code EVICT}, the oldest files
   * first; {@code RECENT} does that too.
   */
  public StoreBuilder whenFull(WhenFull value) {
    whenFull.set(value);
    return this;
  }

  /** Sets when written bytes are put on the disk itself. The default is {@code INTERVAL}. */
  public StoreBuilder sync(SyncPolicy value) {
    sync.set(value);
    return this;
  }

  /**
   * Sets, for {@code INTERVAL}, the longest time between a write and the disk itself. The default
   * is a second.
   */
  public StoreBuilder interval(Duration value) {
    interval.set(Once.atMostACentury("store.interval", value));
    return this;
  }

  /** Sets how rows are compressed. The default is {@code LZ4}, kept only where it gains. */
  public StoreBuilder compression(Compression value) {
    compression.set(value);
    return this;
  }

  /**
   * Sets how many payload bytes wait to be written at most; at least 1 KiB. The default is 64 MiB.
   */
  public StoreBuilder queue(ByteSize value) {
    queue.set(value);
    return this;
  }

  /** Sets what happens to a row when the queue is full. The default is {@code WAIT}. */
  public StoreBuilder whenBusy(WhenBusy value) {
    whenBusy.set(value);
    return this;
  }

  /** Sets how many bytes one file has, about; 4 KiB to 1 GiB. The default is 256 MiB. */
  public StoreBuilder segment(ByteSize value) {
    segment.set(value);
    return this;
  }

  /**
   * Sets how long a row is served after it was computed, from memory too; at least a second. Rows
   * read from the store then stay there: only it knows their age. By default it is served for ever.
   */
  public StoreBuilder timeToLive(Duration value) {
    timeToLive.set(Once.atMostACentury("store.timeToLive", value));
    return this;
  }

  StoreConfig build() {
    if (interval.orNull() != null && sync.or(SyncPolicy.INTERVAL) != SyncPolicy.INTERVAL) {
      throw new IllegalStateException(
          "store.interval("
              + interval.orNull()
              + ") has no effect with sync("
              + sync.orNull()
              + ")");
    }
    return new StoreConfig(
        directory.orNull(),
        limit.or(ByteSize.ofGiB(10)),
        whenFull.or(WhenFull.EVICT),
        sync.or(SyncPolicy.INTERVAL),
        interval.or(Duration.ofSeconds(1)),
        compression.or(Compression.LZ4),
        queue.or(ByteSize.ofMiB(64)),
        whenBusy.or(WhenBusy.WAIT),
        segment.or(ByteSize.ofMiB(256)),
        timeToLive.orNull());
  }
}
