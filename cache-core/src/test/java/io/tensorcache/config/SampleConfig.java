package io.tensorcache.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What caches of tests are built with: no device, keys in Java, everything of level NORMAL. */
public final class SampleConfig {
  private static final ByteSize NONE = ByteSize.ofBytes(0);

  private SampleConfig() {}

  public static CacheConfig of(ByteSize heap, @Nullable StoreConfig store) {
    return of(heap, NONE, NONE, WhenFull.EVICT, Compression.NONE, store);
  }

  public static CacheConfig of(
      ByteSize heap, ByteSize offHeap, ByteSize disk, WhenFull whenFull, Compression compression) {
    return of(heap, offHeap, disk, whenFull, compression, null);
  }

  /** A small store that waits for its writer and leaves the disk to the system. */
  public static StoreConfig store(@Nullable Path directory, @Nullable Duration timeToLive) {
    return new StoreConfig(
        directory,
        ByteSize.ofMiB(64),
        WhenFull.EVICT,
        SyncPolicy.ON_CLOSE,
        Duration.ofSeconds(1),
        Compression.NONE,
        ByteSize.ofMiB(1),
        WhenBusy.WAIT,
        ByteSize.ofMiB(16),
        timeToLive);
  }

  private static CacheConfig of(
      ByteSize heap,
      ByteSize offHeap,
      ByteSize disk,
      WhenFull whenFull,
      Compression compression,
      @Nullable StoreConfig store) {
    return new CacheConfig(
        "test",
        CacheLevel.NORMAL,
        NONE,
        NONE,
        heap,
        offHeap,
        disk,
        null,
        whenFull,
        Weigh.HITS,
        compression,
        KeyAlgorithm.TCH1,
        0,
        false,
        KeyBackend.JAVA,
        "asked for",
        store);
  }
}
