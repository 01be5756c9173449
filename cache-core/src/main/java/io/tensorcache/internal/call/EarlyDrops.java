package io.tensorcache.internal.call;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.rows.CacheRows;
import io.tensorcache.stats.TierStats;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a cache is too small for how it is used: more rows came back after they were
 * evicted or refused than were served from it since. Until a row came back others were evicted or
 * refused; a cache that had been larger by as many would have had it. Safe for use by several
 * threads.
 */
final class EarlyDrops {
  private static final Logger log = LoggerFactory.getLogger(EarlyDrops.class);

  /**
   * Fewer may be a moment in which the use of the cache changes. Looked at again at each double.
   */
  private static final long FIRST_LOOK = 256;

  private final CacheConfig config;
  private final StatsRecorder recorder;
  private final CacheRows rows;
  private final AtomicLong returned = new AtomicLong();
  private final AtomicLong longest = new AtomicLong(); // evictions until a row came back
  private final AtomicLong servedBefore = new AtomicLong(-1); // from there on it counts
  private final AtomicBoolean isTold = new AtomicBoolean();

  EarlyDrops(CacheConfig config, StatsRecorder recorder, CacheRows rows) {
    this.config = config;
    this.recorder = recorder;
    this.rows = rows;
  }

  /**
   * Rows were asked for that had been evicted or refused.
   *
   * @param count at least 1
   * @param evictions and refusals of other rows since the first of them was
   */
  void cameBack(long count, long evictions) {
    if (isTold.get()) {
      return;
    }
    servedBefore.compareAndSet(-1, keepsPart() ? 0 : served());
    longest.accumulateAndGet(evictions, Math::max);
    long now = returned.addAndGet(count);
    boolean isLook = now >= FIRST_LOOK && Long.highestOneBit(now) > now - count;
    if (isLook && now > served() - servedBefore.get()) {
      tell(now);
    }
  }

  private long served() {
    return recorder.hitsByTier().values().stream().mapToLong(Long::longValue).sum();
  }

  private void tell(long now) {
    List<TierStats> tiers =
        rows.stats(Map.of()).stream().filter(tier -> tier.tier() != Tier.DURABLE).toList();
    long entries = tiers.stream().mapToLong(TierStats::entries).sum();
    long bytes = tiers.stream().mapToLong(tier -> tier.limit().bytes()).sum();
    if (entries == 0 || !isTold.compareAndSet(false, true)) {
      return;
    }
    double needed = bytes * (1 + (longest.get() + 1.0) / entries); // and the row itself
    log.warn(
        "cache {}: its tiers of {} do not keep rows until they are used again: {} of {} rows came"
            + " back after that. About {} would hold all that came back{}",
        config.name(),
        ByteSize.ofBytes(bytes),
        now,
        now + served() - servedBefore.get(),
        wholeUnits(needed),
        keepsPart() ? "" : "; whenFull(KEEP_FIRST) would serve a part of them");
  }

  /**
   * True if new rows do not drive out those that would be used again. What was refused may then
   * come back all at once at the end of an epoch, so that what was served before counts too.
   */
  private boolean keepsPart() {
    return config.whenFull() == WhenFull.KEEP_FIRST
        || config.whenFull() == WhenFull.EVICT && config.device().bytes() == 0;
  }

  /** As it can be configured, rounded up. */
  private static String wholeUnits(double bytes) {
    double unit = bytes < 10 << 20 ? 1 << 10 : 1 << 20;
    return (long) Math.ceil(bytes / unit) + (unit == 1 << 10 ? "KiB" : "MiB");
  }
}
