package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the options of a store may be, to the byte. */
class StoreLimitsTest {
  private static final long MIB = 1 << 20;
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static StoreConfig config(
      long limit, long segment, long queue, Duration interval, @Nullable Duration timeToLive) {
    return new StoreConfig(
        null,
        ByteSize.ofBytes(limit),
        WhenFull.EVICT,
        SyncPolicy.INTERVAL,
        interval,
        Compression.NONE,
        ByteSize.ofBytes(queue),
        WhenBusy.WAIT,
        ByteSize.ofBytes(segment),
        timeToLive);
  }

  private static void refused(StoreConfig config, String what) {
    String why =
        assertThrows(IllegalArgumentException.class, () -> StoreLimits.check(config)).getMessage();
    assertEquals("durable store with a " + what, why);
  }

  @Test
  void whatWorksIsTaken() {
    assertDoesNotThrow(() -> StoreLimits.check(config(MIB, 4 << 10, 1 << 10, SECOND, null)));
    Duration nano = Duration.ofNanos(1);
    assertDoesNotThrow(() -> StoreLimits.check(config(MIB, 1 << 30, 1 << 10, nano, SECOND)));
    assertDoesNotThrow(() -> StoreLimits.check(StoreLimits.keepFirst(ByteSize.ofMiB(1))));
    assertDoesNotThrow(() -> StoreLimits.check(StoreLimits.toRead()));
  }

  @Test
  void whatCannotWorkIsRefusedWithTheRange() {
    refused(
        config(MIB - 1, 4 << 10, 1 << 10, SECOND, null),
        "limit of " + ByteSize.ofBytes(MIB - 1) + ": must be at least 1 MiB");
    refused(
        config(MIB, (4 << 10) - 1, 1 << 10, SECOND, null),
        "segment of " + ByteSize.ofBytes((4 << 10) - 1) + ": must be 4 KiB to 1 GiB");
    refused(
        config(MIB, (1 << 30) + 1, 1 << 10, SECOND, null),
        "segment of " + ByteSize.ofBytes((1 << 30) + 1) + ": must be 4 KiB to 1 GiB");
    refused(
        config(MIB, 4 << 10, (1 << 10) - 1, SECOND, null),
        "queue of "
            + ByteSize.ofBytes((1 << 10) - 1)
            + ": must be at least 1 KiB, as a row takes 64 bytes of it beside its"
            + " payload");
    refused(
        config(MIB, 4 << 10, 1 << 10, Duration.ZERO, null),
        "interval of PT0S: must be more than 0");
    refused(
        config(MIB, 4 << 10, 1 << 10, Duration.ofSeconds(-1), null),
        "interval of PT-1S: must be more than 0");
    refused(
        config(MIB, 4 << 10, 1 << 10, SECOND, Duration.ofMillis(999)),
        "time to live of PT0.999S: must be at least a second, or none");
  }

  @Test
  void anEighthOfTheLimitIsASegmentAndAQuarterARecord() {
    StoreConfig small = config(8 * MIB, 1 << 30, 1 << 10, SECOND, null);
    assertEquals(MIB, StoreLimits.segmentBytes(small));
    assertEquals(2 * MIB, StoreLimits.largestRecord(small));
    StoreConfig large = config(1L << 40, 2 * MIB, 1 << 10, SECOND, null);
    assertEquals(2 * MIB, StoreLimits.segmentBytes(large));
    assertEquals(1 << 30, StoreLimits.largestRecord(large));
  }

  @Test
  void ofAStoreForRowsThatAreBroughtNothingIsDropped() {
    StoreConfig config = StoreLimits.keepFirst(ByteSize.ofGiB(3));
    assertEquals(ByteSize.ofGiB(3), config.limit());
    assertEquals(WhenFull.KEEP_FIRST, config.whenFull());
    assertEquals(WhenBusy.WAIT, config.whenBusy());
    assertEquals(Long.MAX_VALUE, StoreLimits.toRead().limit().bytes());
  }
}
