package io.tensorcache.internal.call;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.rows.CacheCounts;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.DeviceStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.MissReason;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.stats.TierStats;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a cache. Safe for use by several threads. */
final class StatsRecorder {
  private final CacheCounts counts;
  private final Map<Tier, LongAdder> hits = new EnumMap<>(Tier.class);
  private final Map<MissReason, LongAdder> misses = new EnumMap<>(MissReason.class);
  final LongAdder rowsVerified = new LongAdder();
  final LongAdder mismatches = new LongAdder();
  final LongAdder checkNanos = new LongAdder();
  final LongAdder waited = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  final LongAdder keyNanos = new LongAdder();
  final LongAdder loadNanos = new LongAdder();
  final LongAdder storeNanos = new LongAdder();

  StatsRecorder(CacheCounts counts) {
    this.counts = counts;
    for (Tier tier : Tier.values()) {
      hits.put(tier, new LongAdder());
    }
    for (MissReason reason : MissReason.values()) {
      misses.put(reason, new LongAdder());
    }
  }

  void hit(FunctionState function, Tier tier, long rows) {
    if (rows > 0) {
      hits.get(tier).add(rows);
      function.hits.add(rows);
    }
  }

  void miss(FunctionState function, MissReason reason, long rows) {
    if (rows > 0) {
      misses.get(reason).add(rows);
      function.misses.add(rows);
    }
  }

  /** Rows that another thread computed while the caller waited for it. */
  void waited(FunctionState function, long rows) {
    if (rows > 0) {
      waited.add(rows);
      function.waited.add(rows);
    }
  }

  void computed(FunctionState function, long rows, long nanos) {
    function.rowsComputed.add(rows);
    function.computeNanos.add(nanos);
  }

  /** Everything counted, beside what tiers, functions and scopes say. */
  CacheStats snapshot(
      List<TierStats> tiers,
      List<DeviceStats> devices,
      List<FunctionStats> functions,
      ScopeStats scopes) {
    long spent = keyNanos.sum() + loadNanos.sum() + storeNanos.sum() + checkNanos.sum();
    return new CacheStats(
        hitsByTier(),
        waited.sum(),
        missesByReason(),
        duplicates.sum(),
        rowsVerified.sum(),
        mismatches.sum(),
        functions.stream().mapToLong(FunctionStats::rowsComputed).sum(),
        counts.rowsNotAdmitted.sum(),
        counts.rowsRefused.sum(),
        counts.evictions.sum(),
        counts.failures.sum(),
        keyNanos.sum(),
        loadNanos.sum(),
        storeNanos.sum(),
        checkNanos.sum(),
        functions.stream().mapToLong(FunctionStats::computeNanos).sum(),
        CacheStats.savedNanos(functions, List.of(), spent),
        tiers,
        devices,
        functions,
        scopes);
  }

  Map<Tier, Long> hitsByTier() {
    return sums(hits, Tier.class);
  }

  Map<MissReason, Long> missesByReason() {
    return sums(misses, MissReason.class);
  }

  private static <K extends Enum<K>> Map<K, Long> sums(Map<K, LongAdder> counters, Class<K> type) {
    Map<K, Long> result = new EnumMap<>(type);
    counters.forEach((key, counter) -> result.put(key, counter.sum()));
    return result;
  }
}
