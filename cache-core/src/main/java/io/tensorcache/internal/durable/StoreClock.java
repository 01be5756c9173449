package io.tensorcache.internal.durable;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The time of day, never running backwards within a process: a clock that is set back stands still
 * here until it has caught up. Safe for use by several threads.
 */
final class StoreClock {
  /** 2020-01-01: the index counts seconds from here in 31 bits. */
  private static final long EPOCH_SECONDS = 1_577_836_800L;

  private final LongSupplier wallMillis;
  private final AtomicLong latest = new AtomicLong();

  StoreClock(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
  }

  long millis() {
    long now = wallMillis.getAsLong();
    return latest.accumulateAndGet(now, Math::max);
  }

  /** Seconds of the index for a time; a time in the future counts as now, so that it can age. */
  int seconds(long createdMillis) {
    long seconds = Math.floorDiv(Math.min(createdMillis, millis()), 1000L) - EPOCH_SECONDS;
    return (int) Math.max(0, Math.min(seconds, Integer.MAX_VALUE));
  }
}
