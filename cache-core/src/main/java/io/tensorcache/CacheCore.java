package io.tensorcache;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.store.TierEvents;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What the functions of one cache share. Safe for use by several threads. */
final class CacheCore implements TierEvents, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CacheConfig config;
  private final RowKeys keys;
  private final Failures failures;
  private final CacheTiers tiers;
  private final @Nullable PersistedRows persisted;
  private final Map<String, FunctionState> functions = new ConcurrentHashMap<>();
  private final Groups groups = new Groups();
  private final EvictedKeys evicted = new EvictedKeys();
  private final InFlight inFlight;
  private final Scopes scopes;
  private final ReadAhead readAhead = new ReadAhead(this);
  private final @Nullable RowAges ages; // where the store has a time to live
  private final StatsRecorder recorder = new StatsRecorder();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final FunctionUse functionUse;
  private volatile boolean closed;

  CacheCore(CacheConfig config, RowKeys keys, @Nullable CacheListener listener) {
    this(config, keys, listener, new InFlight(PATIENCE), SteadyClock.SYSTEM);
  }

  CacheCore(
      CacheConfig config,
      RowKeys keys,
      @Nullable CacheListener listener,
      InFlight inFlight,
      InstantSource clock) {
    this.inFlight = inFlight;
    this.scopes = new Scopes(this, PATIENCE);
    this.config = config;
    this.keys = keys;
    this.failures = new Failures(config.name(), listener, inFlight, recorder);
    StoreConfig store = config.store();
    Duration timeToLive = store == null ? null : store.timeToLive();
    this.ages = timeToLive == null ? null : new RowAges(timeToLive, clock);
    this.tiers = new CacheTiers(this, config);
    try {
      this.persisted = store == null ? null : PersistedRows.open(this, store, clock);
    } catch (RuntimeException | Error e) {
      Closing.all(tiers::close, this::failed);
      throw e;
    }
    this.functionUse = new FunctionUse(persisted);
  }

  CacheConfig config() {
    return config;
  }

  RowKeys keys() {
    return keys;
  }

  Groups groups() {
    return groups;
  }

  CacheTiers tiers() {
    return tiers;
  }

  InFlight inFlight() {
    return inFlight;
  }

  Scopes scopes() {
    return scopes;
  }

  StatsRecorder recorder() {
    return recorder;
  }

  boolean wasEvicted(TensorKey key) {
    return evicted.contains(key);
  }

  FunctionState function(String name, FunctionSettings settings) {
    checkOpen();
    if (settings.persisting() && persisted == null) {
      throw hasNoStore("function \"" + name + "\" is persisting and ");
    }
    FunctionState state = functions.computeIfAbsent(name, key -> new FunctionState(key, settings));
    if (!state.settings().equals(settings)) {
      throw new IllegalStateException(
          "function \""
              + name
              + "\" is wrapped twice with other settings: "
              + state.settings()
              + " and "
              + settings);
    }
    return state;
  }

  private IllegalStateException hasNoStore(String because) {
    return new IllegalStateException(
        because
            + "cache \""
            + config.name()
            + "\" has no store: add store(store -> store.directory(path)) to its builder");
  }

  /** What is known of the code and the cost of functions. */
  FunctionUse functionUse() {
    return functionUse;
  }

  boolean isClosed() {
    return closed;
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("cache \"" + config.name() + "\" is closed");
    }
  }

  /** The durable rows of this function; null if it does not persist. */
  @Nullable PersistedRows persisted(FunctionSettings settings) {
    return settings.persisting() ? persisted : null;
  }

  /** The durable rows; null without a store. */
  @Nullable PersistedRows persisted() {
    return persisted;
  }

  /** True if the row of a function is stored somewhere. */
  boolean contains(TensorKey key, FunctionSettings settings) {
    PersistedRows durable = persisted(settings);
    return tiers.contains(key) || durable != null && durable.contains(key);
  }

  ReadAhead readAhead() {
    return readAhead;
  }

  /** What was read ahead for a call with these keys; null if nothing was. */
  @Nullable AheadBatch takeAhead(BatchKeys keys) {
    return readAhead.isEmpty() ? null : readAhead.take(keys.distinctKeys());
  }

  /** True if something of this function may lie on a disk. */
  boolean mayReadAhead(FunctionSettings settings) {
    return tiers.hasDisk() || persisted(settings) != null;
  }

  /** True if a row that was read from there has not been removed since. */
  boolean isStillThere(TensorKey key, Tier from) {
    return from == Tier.DURABLE
        ? persisted != null && persisted.contains(key)
        : tiers.tierOf(key) != null;
  }

  /** A row that was just computed is about to enter memory. */
  void enters(TensorKey key, FunctionSettings of) {
    if (ages != null && of.persisting()) {
      ages.enters(key);
    }
  }

  private void left(TensorKey key) {
    if (ages != null) {
      ages.left(key);
    }
  }

  /** Drops a row of a function wherever it is, the store included. */
  void drop(TensorKey key, FunctionState of, Group group) {
    PersistedRows durable = persisted(of.settings());
    if (durable != null) {
      durable.remove(key); // first: what is read there may go to memory
    }
    left(key);
    if (tiers.contains(key)) {
      tiers.removeEverywhere(key);
      group.add(-1);
    }
  }

  /** Drops rows from memory that have outlived the time to live of the store. */
  void dropOld(BatchKeys keys, FunctionSettings of, Group group) {
    if (ages == null || !of.persisting()) {
      return;
    }
    for (TensorKey key : keys.distinctKeys()) {
      if (!ages.isYoung(key)) {
        dropFromMemory(key, group);
      }
    }
  }

  /** Drops a row wherever it is. */
  void drop(TensorKey key, FunctionSettings of, Group group) {
    dropFromMemory(key, group);
    PersistedRows durable = persisted(of);
    if (durable != null) {
      durable.remove(key);
    }
  }

  private void dropFromMemory(TensorKey key, Group group) {
    left(key);
    if (tiers.contains(key)) {
      tiers.removeEverywhere(key);
      group.add(-1);
    }
  }

  /** Stores a row wherever it belongs, unless it is there. */
  void store(TensorKey key, Row row, Group group, FunctionSettings settings) {
    PersistedRows durable = persisted(settings);
    boolean isDurable = durable != null && durable.store(key, row, group); // first: not to spill
    enters(key, settings);
    boolean isInMemory = storeInMemory(key, row, group);
    if (!isInMemory) {
      left(key);
    }
    if (!isInMemory && !isDurable) {
      recorder.rowsNotAdmitted.increment();
    }
  }

  /**
   * Told that the store served a row: at the second time it goes to memory too, if there is room,
   * never at another's expense. Not where the store has a time to live: only it knows the age.
   */
  void servedByStore(TensorKey key, long byteCount, FunctionState function, Group group) {
    PersistedRows durable = persisted(function.settings());
    boolean isWanted = durable != null && ages == null && tiers.isWanted(key, byteCount);
    Row row = isWanted ? durable.row(key) : null;
    if (row == null) {
      return;
    }
    group.add(1); // before the row can be evicted
    boolean isAdded = false;
    try {
      isAdded = tiers.addIfRoom(key, row.from(function.shared(row.schema()), group.number()));
    } finally {
      if (!isAdded) {
        group.add(-1);
      }
    }
  }

  private boolean storeInMemory(TensorKey key, Row row, Group group) {
    if (tiers.contains(key)) {
      return true; // another thread was faster, or the row is there in another shape: counts once
    }
    group.add(1); // before the row can be evicted
    boolean isStored = false;
    try {
      isStored = tiers.store(key, row);
    } finally {
      if (!isStored) {
        group.add(-1);
      }
    }
    return isStored;
  }

  @Override
  public void evicted(TensorKey key, int group) {
    recorder.evictions.increment();
    evicted.add(key);
    left(key);
    groups.dropped(group);
    scopes.evicted(key, group);
  }

  /** Rows in the store are on a disk already. */
  @Override
  public boolean isKeptElsewhere(TensorKey key) {
    return persisted != null && persisted.contains(key);
  }

  @Override
  public void failed(TensorCacheException failure) {
    failures.tell(failure);
  }

  Failures failures() {
    return failures;
  }

  /** Drops what is in memory only. */
  void reset() {
    checkOpen();
    scopes.reset(false);
    readAhead.clear();
    tiers.clear();
    if (ages != null) {
      ages.clear();
    }
    groups.clear();
    evicted.clear();
  }

  void clear() {
    checkOpen();
    scopes.reset(true);
    reset();
    if (persisted != null) {
      persisted.clear();
    }
    readAhead.clear();
  }

  /** The store, if there is one. */
  RowStore store() {
    checkOpen();
    if (persisted == null) {
      throw hasNoStore("");
    }
    return persisted.rowStore();
  }

  /** True if every row that persists is acknowledged. */
  boolean flush() {
    checkOpen();
    functionUse.save(functions.values(), true);
    return persisted == null || persisted.flush();
  }

  private List<TierStats> tierStats() {
    Map<Tier, Long> hits = recorder.hitsByTier();
    List<TierStats> all = tiers.stats(hits);
    if (persisted != null) {
      all.add(persisted.stats(hits.getOrDefault(Tier.DURABLE, 0L)));
    }
    return all;
  }

  CacheStats stats() {
    List<TierStats> use = tierStats();
    List<FunctionStats> byName =
        new TreeMap<>(functions).values().stream().map(state -> state.stats(groups)).toList();
    return recorder.snapshot(use, tiers.devices(), byName, scopes.stats());
  }

  @Override
  public void close() {
    closed = true;
    if (closing.compareAndSet(false, true)) {
      Closing.all(this::end, this::failed);
    } else {
      closeStore(); // waits until it is written
    }
  }

  private void end(Closing all) {
    all.part("the scopes", scopes::close);
    all.part("the reading ahead", readAhead::close);
    tiers.close(all);
    all.part("the store", this::closeStore);
    all.part("the groups", groups::clear);
    evicted.clear();
  }

  private void closeStore() {
    functionUse.save(functions.values(), false);
    if (persisted != null) {
      persisted.close();
    }
  }
}
