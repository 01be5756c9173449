package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Sample;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tiers below the heap, in which rows are entries: off-heap above disk, each optional. Safe for
 * use by several threads.
 */
final class Pools {
  private final List<EntryTier> pools = new ArrayList<>(2);
  private final TierEvents events;
  private final Notices notices;

  /**
   * Makes them.
   *
   * @param diskDirectory where the file of the disk tier goes, an empty directory for it alone;
   *     null for no such tier
   * @throws IllegalArgumentException if one is below its minimum or cannot be allocated
   * @throws StorageException if the directory of the disk tier cannot be used
   */
  Pools(
      EhcacheTiers ehcache,
      CacheConfig config,
      @Nullable Path diskDirectory,
      TierEvents events,
      Notices notices) {
    this.events = events;
    this.notices = notices;
    if (config.offHeap().bytes() > 0) {
      EntryReads reads = new EntryReads();
      EntryTier[] tier = new EntryTier[1]; // no eviction before the first entry
      Pool pool = ehcache.offHeap(config.offHeap(), reads, key -> tier[0].wasEvicted(key), notices);
      tier[0] = new EntryTier(pool, config.offHeap().bytes(), reads, config, notices);
      pools.add(tier[0]);
    }
    if (diskDirectory != null) {
      EntryTier disk = disk(ehcache, config, diskDirectory);
      pools.add(disk);
    }
  }

  private EntryTier disk(EhcacheTiers ehcache, CacheConfig config, Path directory) {
    EntryReads reads = new EntryReads();
    EntryTier[] tier = new EntryTier[1];
    DiskSpace space;
    try {
      space = new DiskSpace(DiskSpace.of(directory), notices);
    } catch (IOException e) {
      throw new StorageException("no disk tier in " + directory + ": " + e, e);
    }
    Consumer<EntryKey> evicted = key -> tier[0].wasEvicted(key);
    Pool pool = ehcache.disk(config.disk(), space, reads, evicted, notices);
    tier[0] = new EntryTier(pool, config.disk().bytes(), reads, config, notices);
    return tier[0];
  }

  /** A row has one size on a device, another on the heap, and a third where it is an entry. */
  @Nullable Gate newGate(CacheConfig config, TierEvents events) {
    boolean countsRows = count() > 0 || config.device().bytes() > 0;
    if (config.whenFull() != WhenFull.EVICT) {
      return null;
    }
    return new Gate(countsRows, config.weigh() == Weigh.HITS ? null : events::savedPerByte);
  }

  /** Refuses a size below the minimum of its kind. */
  static void requireAtLeast(PoolKind kind, ByteSize size) {
    if (size.bytes() > 0 && size.bytes() < kind.minBytes) {
      throw new IllegalArgumentException(
          kind.label
              + " tier of "
              + size
              + ": must be 0 (none) or at least "
              + ByteSize.ofBytes(kind.minBytes));
    }
  }

  int count() {
    return pools.size();
  }

  /** How many of them are in memory: the first so many. */
  int countInMemory() {
    return !pools.isEmpty() && pools.get(0).kind() == PoolKind.OFF_HEAP ? 1 : 0;
  }

  EntryTier get(int pool) {
    return pools.get(pool);
  }

  @Nullable RowSchema schema(TensorKey key) {
    RowSchema schema = null;
    for (int i = 0; i < pools.size() && schema == null; i++) {
      schema = pools.get(i).schema(key);
    }
    return schema;
  }

  @Nullable Row row(TensorKey key) {
    Row row = null;
    for (int i = 0; i < pools.size() && row == null; i++) {
      row = pools.get(i).row(key);
    }
    return row;
  }

  /** The tier in which the row is; null if in none. */
  @Nullable Tier tierOf(TensorKey key) {
    for (int i = 0; i < pools.size(); i++) {
      if (pools.get(i).contains(key)) {
        return pools.get(i).kind().tier;
      }
    }
    return null;
  }

  /** Adds a row to the first that takes it; null if none does. */
  @Nullable Tier add(TensorKey key, Row row, Claim claim) {
    return add(pools.size(), key, row, claim);
  }

  /** Adds a row to the first of {@code count} that takes it; null if none does. */
  @Nullable Tier add(int count, TensorKey key, Row row, Claim claim) {
    for (int i = 0; i < count; i++) {
      EntryTier pool = pools.get(i);
      if (mayTake(pool, key) && pool.add(key, row, claim) == Admission.IS_IN) {
        return pool.kind().tier;
      }
    }
    return null;
  }

  /** False for a disk if the row is written elsewhere. */
  boolean mayTake(EntryTier pool, TensorKey key) {
    return pool.kind() != PoolKind.DISK || !events.isKeptElsewhere(key);
  }

  /** True if a row of this size is not larger than each of them. */
  boolean mayHold(long plainBytes) {
    return pools.stream().anyMatch(pool -> pool.mayHold(plainBytes));
  }

  /** True if a row would find room in one of the first {@code count}, or others would go. */
  boolean wouldAdd(int count, TensorKey key, long plainBytes, Claim claim) {
    for (int i = 0; i < count; i++) {
      if (pools.get(i).mayEnter(key, plainBytes, claim)) {
        return true;
      }
    }
    return false;
  }

  /** Unless the first are kept: rows move from each to the next. Before the pools are used. */
  void spill() {
    for (int i = 0; i + 1 < pools.size(); i++) {
      pools.get(i).spillTo(new Spill(pools.get(i + 1), events, notices));
    }
  }

  /** Rows go as the gate says. Before the pools are used. */
  void guard(Gate gate) {
    for (int i = 0; i < pools.size(); i++) {
      EntryTier below = i + 1 < pools.size() ? pools.get(i + 1) : null;
      pools.get(i).guard(gate, new Spill(below, events, notices));
    }
  }

  void addTo(Sample sample) {
    pools.forEach(pool -> pool.addTo(sample));
  }

  /** True if one of the first {@code count} has room, without moving anything. */
  boolean hasRoom(int count, long byteCount) {
    for (int i = 0; i < count; i++) {
      if (pools.get(i).hasRoomFor(byteCount)) {
        return true;
      }
    }
    return false;
  }

  /** Adds a row to the first of {@code count} that has room for it. */
  boolean addIfRoom(int count, TensorKey key, Row row) {
    for (int i = 0; i < count; i++) {
      EntryTier pool = pools.get(i);
      if (pool.hasRoomFor(row.payloadBytes())
          && pool.add(key, row, Claim.ROOM) == Admission.IS_IN) {
        return true;
      }
    }
    return false;
  }

  void remove(TensorKey key) {
    pools.forEach(pool -> pool.remove(key));
  }

  void clear() {
    pools.forEach(EntryTier::clear);
  }

  List<TierStats> stats(Map<Tier, Long> hits) {
    return pools.stream().map(pool -> pool.stats(hits.getOrDefault(pool.kind().tier, 0L))).toList();
  }

  /** A tier when it holds nothing any more. */
  static TierStats emptied(TierStats of) {
    ByteSize none = ByteSize.ofBytes(0);
    return new TierStats(of.tier(), 0, none, of.limit(), of.hits(), of.evictions());
  }

  /** Runs {@code close} while nothing is being added or removed: not in any, from the top down. */
  void close(Runnable close) {
    closeFrom(0, close);
  }

  private void closeFrom(int pool, Runnable close) {
    if (pool == pools.size()) {
      close.run();
    } else {
      pools.get(pool).close(() -> closeFrom(pool + 1, close));
    }
  }
}
