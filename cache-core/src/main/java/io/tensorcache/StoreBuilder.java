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
   * Where the store lies, in a directory of the cache's name. Caches of one name may share it, in
   * one process or in several. Default: a temporary directory, deleted when the cache is closed.
   */
  public StoreBuilder directory(Path value) {
    directory.set(value);
    return this;
  }

  /** Bytes of all files at most, whoever wrote them; at least 1 MiB. Default: 10 GiB. */
  public StoreBuilder limit(ByteSize value) {
    limit.set(value);
    return this;
  }

  /** What a full store does with a new row. Default: {@code EVICT}, the oldest files first. */
  public StoreBuilder whenFull(WhenFull value) {
    whenFull.set(value);
    return this;
  }

  /** When written bytes are put on the disk itself. Default: {@code INTERVAL}. */
  public StoreBuilder sync(SyncPolicy value) {
    sync.set(value);
    return this;
  }

  /** For {@code INTERVAL}: the longest time between a write and that. Default: a second. */
  public StoreBuilder interval(Duration value) {
    interval.set(value);
    return this;
  }

  /** How rows are compressed. Default: {@code LZ4}, kept only where it gains. */
  public StoreBuilder compression(Compression value) {
    compression.set(value);
    return this;
  }

  /** Payload bytes that wait to be written at most. Default: 64 MiB. */
  public StoreBuilder queue(ByteSize value) {
    queue.set(value);
    return this;
  }

  /** What happens to a row when the queue is full. Default: {@code WAIT}. */
  public StoreBuilder whenBusy(WhenBusy value) {
    whenBusy.set(value);
    return this;
  }

  /** Bytes of one file, about; 4 KiB to 1 GiB. Default: 256 MiB. */
  public StoreBuilder segment(ByteSize value) {
    segment.set(value);
    return this;
  }

  /**
   * How long a row is served after it was computed, from memory too; at least a second. Rows read
   * from the store then stay there: only it knows their age. Default: for ever.
   */
  public StoreBuilder timeToLive(Duration value) {
    timeToLive.set(value);
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
