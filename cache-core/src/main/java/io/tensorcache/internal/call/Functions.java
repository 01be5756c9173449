package io.tensorcache.internal.call;

import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.rows.CacheRows;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.stats.TierStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The functions of one cache and what they share. Safe for use by several threads. */
public final class Functions {
  private final CacheState state;
  private final CacheRows rows;
  private final RowKeys keys;
  private final InFlight inFlight;
  private final StatsRecorder recorder;
  private final FunctionUse use;
  private final EarlyDrops earlyDrops;
  private final Map<String, FunctionState> byName = new ConcurrentHashMap<>();

  public Functions(CacheState state, CacheRows rows, RowKeys keys, InFlight inFlight) {
    this.state = state;
    this.rows = rows;
    this.keys = keys;
    this.inFlight = inFlight;
    this.recorder = new StatsRecorder(state.counts());
    this.use = new FunctionUse(rows);
    this.earlyDrops = new EarlyDrops(state.config(), recorder, rows);
  }

  public CacheState state() {
    return state;
  }

  CacheRows rows() {
    return rows;
  }

  RowKeys keys() {
    return keys;
  }

  InFlight inFlight() {
    return inFlight;
  }

  StatsRecorder recorder() {
    return recorder;
  }

  EarlyDrops earlyDrops() {
    return earlyDrops;
  }

  /** What is known of their code and cost. */
  public FunctionUse use() {
    return use;
  }

  /**
   * The function of this name.
   *
   * @throws IllegalStateException if it is known with other settings, or persists and there is no
   *     store
   */
  public FunctionState open(String name, FunctionSettings settings) {
    state.checkOpen();
    if (settings.persisting() && rows.persisted() == null) {
      throw state.hasNoStore("function \"" + name + "\" is persisting and ");
    }
    FunctionState function =
        byName.computeIfAbsent(
            name, key -> new FunctionState(key, settings, rows.places(settings.persisting())));
    if (!function.settings().equals(settings)) {
      throw new IllegalStateException(
          "function \""
              + name
              + "\" is wrapped twice with other settings: "
              + function.settings()
              + " and "
              + settings);
    }
    return function;
  }

  /** Keeps what was learned of them in the store; {@code onlyNews} if little changed is not. */
  public void saveUse(boolean onlyNews) {
    use.save(byName.values(), onlyNews);
  }

  /** True if every row that persists is acknowledged. */
  public boolean flush() {
    state.checkOpen();
    saveUse(true);
    return rows.flush();
  }

  /** What the cache did, its scopes included. */
  public CacheStats stats(ScopeStats scopes) {
    List<TierStats> tiers = rows.stats(recorder.hitsByTier());
    List<FunctionStats> functions =
        new TreeMap<>(byName)
            .values().stream().map(function -> function.stats(rows.groups())).toList();
    return recorder.snapshot(tiers, rows.tiers().devices(), functions, scopes);
  }
}
