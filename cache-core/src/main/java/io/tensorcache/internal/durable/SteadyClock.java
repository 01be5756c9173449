package io.tensorcache.internal.durable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The time of day for what grows old: a clock that is set back goes on from where it was, so that
 * nothing lives longer for it; one that is set forward is followed. Safe for use by several
 * threads.
 */
public final class SteadyClock implements InstantSource {
  /** Of this process. */
  public static final InstantSource SYSTEM =
      new SteadyClock(System::currentTimeMillis, System::nanoTime);

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final LongSupplier wallMillis;
  private final LongSupplier nanos;
  private final AtomicReference<Base> base;

  /** When the time of day was last ahead of what has passed since the one before. */
  private record Base(long millis, long nanos) {}

  /** {@code nanos} never runs backwards. */
  public SteadyClock(LongSupplier wallMillis, LongSupplier nanos) {
    this.wallMillis = wallMillis;
    this.nanos = nanos;
    this.base = new AtomicReference<>(new Base(wallMillis.getAsLong(), nanos.getAsLong()));
  }

  @Override
  public long millis() {
    Base since = base.get();
    long now = nanos.getAsLong();
    long steady = since.millis + (now - since.nanos) / NANOS_PER_MILLI;
    long wall = wallMillis.getAsLong();
    if (wall > steady) {
      base.compareAndSet(since, new Base(wall, now));
    }
    return Math.max(wall, steady);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
