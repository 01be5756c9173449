package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.device.ResidentRows;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.store.Lookup;
import io.tensorcache.internal.store.MemoryTiers;
import io.tensorcache.internal.store.TierEvents;
import io.tensorcache.internal.store.TierSettings;
import io.tensorcache.internal.store.TierUse;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the functions of one cache share. Safe for use by several threads. */
final class CacheCore implements TierEvents, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CacheCore.class);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CacheConfig config;
  private final RowKeys keys;
  private final @Nullable CacheListener listener;
  private final MemoryTiers tiers;
  private final @Nullable ScratchDirectory scratch; // of the disk tier
  private final @Nullable DeviceTier deviceTier;
  private final @Nullable PersistedRows persisted;
  private final Map<String, FunctionState> functions = new ConcurrentHashMap<>();
  private final Groups groups = new Groups();
  private final EvictedKeys evicted = new EvictedKeys();
  private final InFlight inFlight;
  private final Scopes scopes;
  private final ReadAhead readAhead = new ReadAhead(this);
  private final StatsRecorder recorder = new StatsRecorder();
  private volatile boolean closed;

  CacheCore(CacheConfig config, RowKeys keys, @Nullable CacheListener listener) {
    this(config, keys, listener, new InFlight(PATIENCE));
  }

  CacheCore(CacheConfig config, RowKeys keys, @Nullable CacheListener listener, InFlight inFlight) {
    this.inFlight = inFlight;
    this.scopes = new Scopes(this, PATIENCE);
    this.config = config;
    this.keys = keys;
    this.listener = listener;
    this.scratch = config.disk().bytes() > 0 ? scratch(config) : null;
    try {
      this.tiers = new MemoryTiers(config.name(), settings(config), this);
    } catch (RuntimeException | Error e) {
      deleteScratch();
      throw e;
    }
    this.deviceTier = config.device().bytes() == 0 ? null : new DeviceTier(this, config);
    try {
      StoreConfig store = config.store();
      this.persisted = store == null ? null : PersistedRows.open(this, store);
    } catch (RuntimeException | Error e) {
      tiers.close();
      deleteScratch();
      throw e;
    }
  }

  private static ScratchDirectory scratch(CacheConfig config) {
    Path parent = config.diskDirectory();
    return parent == null ? ScratchDirectory.create() : ScratchDirectory.create(parent);
  }

  private TierSettings settings(CacheConfig of) {
    return new TierSettings(
        of.heap(),
        of.offHeap(),
        of.disk(),
        scratch == null ? null : scratch.path(),
        of.whenFull(),
        of.compression());
  }

  private void deleteScratch() {
    if (scratch == null) {
      return;
    }
    try {
      scratch.close();
    } catch (IOException e) {
      failed(new StorageException("the scratch directory " + scratch.path() + " remains: " + e, e));
    }
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
      throw new IllegalStateException(
          "function \""
              + name
              + "\" is persisting and cache \""
              + config.name()
              + "\" has no store: add store(store -> store.directory(path)) to its builder");
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

  /** Null if there is none. */
  @Nullable DeviceTier deviceTier() {
    return deviceTier;
  }

  /** Stores a row that leaves a device on the host; false if it was not admitted. */
  boolean takeFromDevice(TensorKey key, Row row) {
    try {
      return !closed && tiers.store(key, row) != null;
    } catch (IllegalStateException e) {
      return ifClosed(e, false);
    }
  }

  private <V extends @Nullable Object> V onDevices(V otherwise, Function<DeviceTier, V> look) {
    if (deviceTier == null || closed) {
      return otherwise;
    }
    try {
      return look.apply(deviceTier);
    } catch (DeviceException e) {
      failed(e);
      return otherwise;
    }
  }

  /** The schema of a row in memory; null if there is none, also when the cache is being closed. */
  @Nullable RowSchema schema(TensorKey key) {
    try {
      RowSchema schema = closed ? null : tiers.schema(key);
      return schema != null ? schema : onDevices(null, tier -> tier.schema(key));
    } catch (IllegalStateException e) {
      return ifClosed(e, null);
    }
  }

  /** Copies a row in memory to its target; a miss when the cache is being closed. */
  Lookup read(TensorKey key, RowTarget target) {
    try {
      Lookup lookup = closed ? Lookup.MISS : tiers.read(key, target);
      Row row = lookup == Lookup.MISS ? onDevices(null, tier -> tier.row(key)) : null;
      if (row == null) {
        return lookup;
      }
      return row.copyIfExpected(target) ? Lookup.DEVICE_HIT : Lookup.OTHER_SCHEMA;
    } catch (IllegalStateException e) {
      return ifClosed(e, Lookup.MISS);
    }
  }

  /** True if the row of a function is stored somewhere. */
  boolean contains(TensorKey key, FunctionSettings settings) {
    PersistedRows durable = persisted(settings);
    return isInMemory(key) || durable != null && durable.contains(key);
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
    return scratch != null || persisted(settings) != null;
  }

  /** True if a row that was read from there has not been removed since. */
  boolean isStillThere(TensorKey key, Tier from) {
    return from == Tier.DURABLE
        ? persisted != null && persisted.contains(key)
        : tierOf(key) != null;
  }

  /** The tier in which a row lies; null if in none. */
  @Nullable Tier tierOf(TensorKey key) {
    try {
      return closed ? null : tiers.tierOf(key);
    } catch (IllegalStateException e) {
      return ifClosed(e, null);
    }
  }

  boolean isInMemory(TensorKey key) {
    try {
      return !closed && (tiers.contains(key) || onDevices(false, tier -> tier.contains(key)));
    } catch (IllegalStateException e) {
      return ifClosed(e, false);
    }
  }

  /** Stores a row wherever it belongs, unless it is there. */
  void store(TensorKey key, Row row, Group group, FunctionSettings settings) {
    PersistedRows durable = persisted(settings);
    boolean isDurable = durable != null && durable.store(key, row, group); // first: not to spill
    boolean isInMemory = storeInMemory(key, row, group);
    if (!isInMemory && !isDurable) {
      recorder.rowsNotAdmitted.increment();
    }
  }

  /**
   * Told that the store served a row: at the second time it goes to memory too, if there is room,
   * never at another's expense.
   */
  void servedByStore(TensorKey key, long byteCount, FunctionState function, Group group) {
    PersistedRows durable = persisted(function.settings());
    Row row = durable != null && tiers.isWanted(key, byteCount) ? durable.row(key) : null;
    if (row == null) {
      return;
    }
    group.add(1); // before the row can be evicted
    boolean isAdded = false;
    try {
      isAdded =
          !closed && tiers.addIfRoom(key, row.from(function.shared(row.schema()), group.number()));
    } catch (IllegalStateException e) {
      ifClosed(e, null);
    } finally {
      if (!isAdded) {
        group.add(-1);
      }
    }
  }

  private boolean storeInMemory(TensorKey key, Row row, Group group) {
    if (isInMemory(key)) {
      return true; // another thread was faster, or the row is there in another shape: counts once
    }
    group.add(1); // before the row can be evicted
    boolean isStored = false;
    try {
      isStored = !closed && tiers.store(key, row) != null;
    } catch (IllegalStateException e) {
      ifClosed(e, null);
    } finally {
      if (!isStored) {
        group.add(-1);
      }
    }
    return isStored;
  }

  /** Stores a row in memory that is no function's; false if it is not admitted. */
  boolean storeInMemory(TensorKey key, Row row) {
    try {
      return !closed && tiers.store(key, row) != null;
    } catch (IllegalStateException e) {
      return ifClosed(e, false);
    }
  }

  /** Drops a row from memory. */
  void dropFromMemory(TensorKey key) {
    try {
      if (!closed) {
        tiers.remove(key);
      }
    } catch (IllegalStateException e) {
      ifClosed(e, null);
    }
  }

  private <V extends @Nullable Object> V ifClosed(IllegalStateException e, V fallback) {
    if (!closed) {
      throw e;
    }
    return fallback;
  }

  @Override
  public void evicted(TensorKey key, int group) {
    recorder.evictions.increment();
    evicted.add(key);
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
    recorder.failures.increment();
    log.debug("cache {}: {}", config.name(), failure.toString());
    if (listener != null) {
      inFlight.enterFunction(); // this thread may have claimed rows that the listener asks for
      try {
        listener.onFailure(failure);
      } catch (Throwable e) { // Kotlin throws what Java would have to declare, and its TODO()
        log.warn("the listener of cache {} threw", config.name(), e);
      } finally {
        inFlight.leaveFunction();
      }
    }
  }

  void trimDevice(ByteSize size) {
    checkOpen();
    onDevices(
        true,
        tier -> {
          tier.trim(size.bytes());
          return true;
        });
  }

  /** Moves rows to a device until it is full; how many. */
  long moveTo(int ordinal) {
    checkOpen();
    if (deviceTier == null) {
      throw new IllegalStateException(
          "cache \"" + config.name() + "\" has no device tier: add device(...) to its builder");
    }
    ResidentRows<TensorKey, DeviceTier.Resident> target = deviceTier.required(ordinal);
    long moved = deviceTier.moveTo(target);
    for (TensorKey key : tiers.keys()) {
      Row row = tiers.row(key);
      if (row != null && row.schema().byteCount() == row.schema().storedByteCount()) {
        byte[][] parts = new byte[row.schema().parts().size()][];
        Arrays.setAll(parts, row::payload);
        if (!target.addFromHost(key, new DeviceTier.Resident(row.schema(), row.group()), parts)) {
          return moved;
        }
        tiers.remove(key);
        moved++;
      }
    }
    return moved;
  }

  /** Drops what is in memory only. */
  void reset() {
    checkOpen();
    scopes.reset(false);
    readAhead.clear();
    if (deviceTier != null) {
      deviceTier.clear();
    }
    tiers.clear();
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
      throw new IllegalStateException(
          "cache \""
              + config.name()
              + "\" has no store: add store(store -> store.directory(path)) to its builder");
    }
    return persisted.rowStore();
  }

  /** True if every row that persists is acknowledged. */
  boolean flush() {
    checkOpen();
    return persisted == null || persisted.flush();
  }

  private List<TierStats> tierStats() {
    Map<Tier, Long> hits = recorder.hitsByTier();
    List<TierStats> all = new ArrayList<>();
    if (deviceTier != null) {
      all.add(deviceTier.stats(hits.getOrDefault(Tier.DEVICE, 0L)));
    }
    for (TierUse use : tiers.use()) {
      all.add(
          new TierStats(
              use.tier(),
              use.entries(),
              ByteSize.ofBytes(use.byteCount()),
              ByteSize.ofBytes(use.limitBytes()),
              hits.getOrDefault(use.tier(), 0L),
              use.evictions()));
    }
    if (persisted != null) {
      all.add(persisted.stats(hits.getOrDefault(Tier.DURABLE, 0L)));
    }
    return all;
  }

  CacheStats stats() {
    List<TierStats> use = tierStats();
    List<FunctionStats> byName =
        new TreeMap<>(functions).values().stream().map(state -> state.stats(groups)).toList();
    long spent = recorder.keyNanos.sum() + recorder.loadNanos.sum() + recorder.storeNanos.sum();
    long notSpent = functions.values().stream().mapToLong(FunctionState::nanosNotSpent).sum();
    return new CacheStats(
        recorder.hitsByTier(),
        recorder.missesByReason(),
        recorder.duplicates.sum(),
        byName.stream().mapToLong(FunctionStats::rowsComputed).sum(),
        recorder.rowsNotAdmitted.sum(),
        recorder.evictions.sum(),
        recorder.failures.sum(),
        recorder.keyNanos.sum(),
        recorder.loadNanos.sum(),
        recorder.storeNanos.sum(),
        byName.stream().mapToLong(FunctionStats::computeNanos).sum(),
        notSpent - spent,
        use,
        deviceTier == null ? List.of() : deviceTier.devices(),
        byName);
  }

  @Override
  public void close() {
    closed = true;
    scopes.close();
    readAhead.close();
    try {
      if (deviceTier != null) {
        deviceTier.close();
      }
      tiers.close();
      deleteScratch();
    } finally {
      if (persisted != null) {
        persisted.close();
      }
    }
    groups.clear();
    evicted.clear();
  }
}
