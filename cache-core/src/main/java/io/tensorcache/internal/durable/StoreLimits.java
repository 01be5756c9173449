package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import java.time.Duration;

/** What the options of a store may be, and what follows from them in bytes. */
public final class StoreLimits {
  private static final ByteSize SMALLEST_LIMIT = ByteSize.ofMiB(1);
  private static final ByteSize SMALLEST_QUEUE = ByteSize.ofKiB(1);
  private static final ByteSize LARGEST_SEGMENT = ByteSize.ofGiB(1);
  private static final ByteSize SMALLEST_SEGMENT = ByteSize.ofKiB(4);

  private StoreLimits() {}

  /** Refuses what cannot work, with the value and the range. */
  static void check(StoreConfig config) {
    ByteSize limit = config.limit();
    ByteSize segment = config.segment();
    ByteSize queue = config.queue();
    Duration interval = config.interval();
    Duration timeToLive = config.timeToLive();
    require(limit.compareTo(SMALLEST_LIMIT) >= 0, "limit of " + limit, "at least 1 MiB");
    require(
        segment.compareTo(SMALLEST_SEGMENT) >= 0 && segment.compareTo(LARGEST_SEGMENT) <= 0,
        "segment of " + segment,
        "4 KiB to 1 GiB");
    require(
        queue.compareTo(SMALLEST_QUEUE) >= 0,
        "queue of " + queue,
        "at least 1 KiB, as a row takes 64 bytes of it beside its payload");
    require(!interval.isNegative() && !interval.isZero(), "interval of " + interval, "more than 0");
    require(
        timeToLive == null || timeToLive.getSeconds() > 0,
        "time to live of " + timeToLive,
        "at least a second, or none");
  }

  private static void require(boolean holds, String what, String range) {
    if (!holds) {
      throw new IllegalArgumentException("durable store with a " + what + ": must be " + range);
    }
  }

  /**
   * Of a store that admits nothing beyond the limit: INTERVAL of a second, no compression, a queue
   * of 64 MiB to wait for, segments of 256 MiB.
   */
  public static StoreConfig keepFirst(ByteSize limit) {
    return new StoreConfig(
        null,
        limit,
        WhenFull.KEEP_FIRST,
        SyncPolicy.INTERVAL,
        Duration.ofSeconds(1),
        Compression.NONE,
        ByteSize.ofMiB(64),
        WhenBusy.WAIT,
        ByteSize.ofMiB(256),
        null);
  }

  /** Of a store that nothing is written to. */
  static StoreConfig toRead() {
    return keepFirst(ByteSize.ofBytes(Long.MAX_VALUE));
  }

  /** Where a segment ends: there are at least eight in a full store, so that few go at a time. */
  static long segmentBytes(StoreConfig of) {
    return Math.min(of.segment().bytes(), of.limit().bytes() / 8);
  }

  /** Bytes of the largest record: it may have a segment for itself. */
  static long largestRecord(StoreConfig of) {
    return Math.min(of.limit().bytes() / 4, LARGEST_SEGMENT.bytes());
  }
}
