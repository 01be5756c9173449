package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How large the durable store is and how it writes.
 *
 * @param limit most bytes of all files of the store together, whoever wrote them; at least 1 MiB
 * @param whenFull EVICT drops the oldest segments, keeping what was read lately; KEEP_FIRST admits
 *     nothing more
 * @param sync when written bytes are put on the disk itself
 * @param interval for INTERVAL: the longest time between a write and that
 * @param compression of the entries
 * @param queue most payload bytes that wait to be written; a larger row is not admitted
 * @param whenBusy what happens to a row when the queue is full
 * @param segment bytes of a segment file, about; at most 1 GiB. Smaller ones are used when the
 *     limit is below eight of them.
 * @param timeToLive how long an entry is served, or null for ever
 */
public record DurableSettings(
    ByteSize limit,
    WhenFull whenFull,
    SyncPolicy sync,
    Duration interval,
    Compression compression,
    ByteSize queue,
    WhenBusy whenBusy,
    ByteSize segment,
    @Nullable Duration timeToLive) {
  private static final ByteSize SMALLEST_LIMIT = ByteSize.ofMiB(1);
  private static final ByteSize SMALLEST_QUEUE = ByteSize.ofKiB(1);
  private static final ByteSize LARGEST_SEGMENT = ByteSize.ofGiB(1);
  private static final ByteSize SMALLEST_SEGMENT = ByteSize.ofKiB(4);

  /** Refuses what cannot work, with the value and the range. */
  public DurableSettings {
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

  /** INTERVAL of a second, no compression, a queue of 64 MiB to wait for, segments of 256 MiB. */
  public static DurableSettings of(ByteSize limit, WhenFull whenFull) {
    return new DurableSettings(
        limit,
        whenFull,
        SyncPolicy.INTERVAL,
        Duration.ofSeconds(1),
        Compression.NONE,
        ByteSize.ofMiB(64),
        WhenBusy.WAIT,
        ByteSize.ofMiB(256),
        null);
  }

  /** Of a store that nothing is written to. */
  static DurableSettings toRead() {
    return of(ByteSize.ofBytes(Long.MAX_VALUE), WhenFull.KEEP_FIRST);
  }

  private static void require(boolean holds, String what, String range) {
    if (!holds) {
      throw new IllegalArgumentException("durable store with a " + what + ": must be " + range);
    }
  }

  /** Where a segment ends: there are at least eight in a full store, so that few go at a time. */
  long segmentBytes() {
    return Math.min(segment.bytes(), limit.bytes() / 8);
  }

  /** Bytes of the largest record: it may have a segment for itself. */
  long largestRecord() {
    return Math.min(limit.bytes() / 4, LARGEST_SEGMENT.bytes());
  }
}
