package io.tensorcache.internal.rows;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.tier.TierEvents;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one cache: the tiers and the store they lie in, and what is known of them. Safe for
 * use by several threads.
 */
public final class CacheRows implements TierEvents {
  private final CacheState state;
  private final RowEvents events;
  private final CacheTiers tiers;
  private final @Nullable PersistedRows persisted;
  private final @Nullable RowAges ages; // where the store has a time to live
  private final Groups groups = new Groups();
  private final EvictedKeys evicted = new EvictedKeys();
  private final ReadAhead readAhead;
  private final RowPlaces memory;
  private final RowPlaces memoryAndStore;

  public CacheRows(CacheState state, RowEvents events, InstantSource clock) {
    this.state = state;
    this.events = events;
    CacheConfig config = state.config();
    StoreConfig store = config.store();
    Duration timeToLive = store == null ? null : store.timeToLive();
    this.ages = timeToLive == null ? null : new RowAges(timeToLive, clock);
    this.tiers = new CacheTiers(state, this, groups);
    try {
      this.persisted = store == null ? null : PersistedRows.open(state, store, clock);
    } catch (RuntimeException | Error e) {
      Closing.all(tiers::close, state::failed);
      throw e;
    }
    this.readAhead = new ReadAhead(state, tiers);
    this.memory = new RowPlaces(tiers, null, null, state.counts(), this::refusedByStore);
    this.memoryAndStore =
        new RowPlaces(tiers, persisted, ages, state.counts(), this::refusedByStore);
  }

  public CacheTiers tiers() {
    return tiers;
  }

  /** The durable rows; null without a store. */
  public @Nullable PersistedRows persisted() {
    return persisted;
  }

  public Groups groups() {
    return groups;
  }

  public ReadAhead readAhead() {
    return readAhead;
  }

  /** A function goes on with these rows, instead of those that it has under other fingerprints. */
  public void begins(Group group) {
    tiers.replaced(groups.others(group).stream().mapToLong(Group::replaced).sum());
  }

  /** Where the rows of a function lie. */
  public RowPlaces places(boolean persisting) {
    return persisting ? memoryAndStore : memory;
  }

  /**
   * How many rows were evicted or refused since this one was; -1 if it was not, or that is
   * forgotten.
   */
  public long evictionsSince(TensorKey key) {
    return evicted.dropsSince(key);
  }

  /** True if {@link #evictionsSince} tells of a row that was refused. */
  public boolean wasRefused(TensorKey key) {
    return evicted.wasRefused(key);
  }

  @Override
  public void evicted(TensorKey key, int group) {
    state.counts().evictions.increment();
    evicted.add(key);
    if (ages != null) {
      ages.left(key);
    }
    groups.dropped(group);
    events.evicted(key, group);
  }

  @Override
  public void refused(TensorKey key) {
    state.counts().rowsRefused.increment();
    evicted.addRefused(key);
  }

  /** Counted once, if the tiers did not take it for the same reason. */
  private void refusedByStore(TensorKey key, Row row, boolean isInMemory) {
    if (isInMemory) {
      state.counts().rowsRefused.increment();
    } else if (!tiers.mayHold(row) || state.config().whenFull() != WhenFull.EVICT) {
      refused(key);
    }
  }

  @Override
  public double savedPerByte(int group) {
    return groups.savedPerByte(group);
  }

  /** Rows in the store are on a disk already. */
  @Override
  public boolean isKeptElsewhere(TensorKey key) {
    return persisted != null && persisted.contains(key);
  }

  @Override
  public void failed(TensorCacheException failure) {
    state.failed(failure);
  }

  /** Drops what is in memory only. */
  public void reset() {
    readAhead.clear();
    tiers.clear();
    if (ages != null) {
      ages.clear();
    }
    groups.clear();
    evicted.clear();
  }

  /** Drops every row, those in the store too. */
  public void clear() {
    tiers
        .tickets()
        .whileRemovingAll(
            () -> {
              reset();
              if (persisted != null) {
                persisted.clear();
              }
              readAhead.clear();
            });
  }

  /** True if every row that persists is acknowledged. */
  public boolean flush() {
    return persisted == null || persisted.flush();
  }

  /** Of each tier and of the store. */
  public List<TierStats> stats(Map<Tier, Long> hits) {
    List<TierStats> all = tiers.stats(hits);
    if (persisted != null) {
      all.add(persisted.stats(hits.getOrDefault(Tier.DURABLE, 0L)));
    }
    return all;
  }

  /** Ends all but the store. */
  public void close(Closing all) {
    all.part("the reading ahead", readAhead::close);
    tiers.close(all);
    all.part("the groups", groups::clear);
    evicted.clear();
  }

  /** Writes what waits to be written, and ends the store. */
  public void closeStore() {
    if (persisted != null) {
      persisted.close();
    }
  }
}
