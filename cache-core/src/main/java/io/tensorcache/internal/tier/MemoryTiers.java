package io.tensorcache.internal.tier;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows in memory and, as scratch, on a disk: a heap tier above an off-heap tier above a disk
 * tier, each optional, a row in one of them.
 *
 * <p>{@code RECENT}: a row enters the highest tier that it fits, and the rows used longest ago move
 * on to the next one, or out when there is none. {@code EVICT}: full tiers let a row in only if it
 * is asked for more often than those that would go for it ({@link Gate}); {@link Placement} says
 * where. {@code KEEP_FIRST}: tier after tier fills, then nothing more is admitted. A second hit
 * moves a row up if a tier above has room for it. What is kept elsewhere, in the durable store, is
 * never written to the disk tier.
 *
 * <p>What a tier fails to do is a miss or "not admitted", and is reported; it never breaks the
 * caller. Safe for use by several threads; reads wait for no one but, off-heap, for another
 * operation in the same Ehcache segment.
 */
public final class MemoryTiers implements AutoCloseable {
  private final String name;
  private final Notices notices;
  private final EhcacheTiers ehcache;
  private final @Nullable HeapTier heap;
  private final @Nullable Gate gate;
  private final Placement placement;
  private final Pools pools;
  private final Promotions promotions;
  private final MoveTickets tickets;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Allocates the tiers.
   *
   * @param diskDirectory of the disk tier alone, empty; the caller's, who deletes it; null for none
   * @param tickets of all places where rows of these keys may lie
   * @throws IllegalArgumentException if a tier is below its minimum or cannot be allocated
   * @throws StorageException if the directory of the disk tier cannot be used
   */
  public MemoryTiers(
      CacheConfig config, @Nullable Path diskDirectory, TierEvents events, MoveTickets tickets) {
    this.tickets = tickets;
    this.name = config.name();
    this.notices = new Notices(events);
    Pools.requireAtLeast(PoolKind.OFF_HEAP, config.offHeap());
    Pools.requireAtLeast(PoolKind.DISK, config.disk());
    this.ehcache = new EhcacheTiers(diskDirectory);
    try {
      long heapBytes = config.heap().bytes();
      this.pools = new Pools(ehcache, config, diskDirectory, events, notices);
      this.gate = pools.newGate(config, events);
      this.heap = heapBytes > 0 ? new HeapTier(ehcache.heap(notices), heapBytes, gate) : null;
      if (gate == null) {
        pools.spill();
      } else {
        pools.guard(gate);
      }
      this.placement = new Placement(heap, pools, config.whenFull(), gate, notices);
      if (gate != null) {
        gate.add(placement::addTo);
      }
      this.promotions = new Promotions(heap, pools, placement, gate, tickets);
    } catch (RuntimeException | Error e) {
      ehcache.close();
      throw e;
    }
  }

  /** Decides for all tiers which rows they let in; null if they let in all, or all that fit. */
  public @Nullable Gate gate() {
    return gate;
  }

  /**
   * What a row consists of, without copying it; null if it is not here. For a row off the heap the
   * answer is not verified until the row is read.
   *
   * @throws IllegalStateException if closed
   */
  public @Nullable RowSchema schema(TensorKey key) {
    return guarded(
        null,
        () -> {
          Row row = heap == null ? null : heap.peek(key);
          if (row != null) {
            return row.schema();
          }
          return pools.schema(key);
        });
  }

  /**
   * Copies the parts of a row into the target: one copy, verified if it comes from off the heap.
   * Unless the result is a hit, the row's bytes in the target are undefined.
   *
   * @throws IllegalStateException if closed
   */
  public Lookup read(TensorKey key, RowTarget target) {
    Lookup lookup = readUntold(key, target);
    finish();
    return lookup;
  }

  /**
   * Copies a row as {@link #read} does, on a thread that helps the caller: what it leads to is told
   * by {@link #tell}.
   *
   * @throws IllegalStateException if closed
   */
  public Lookup readUntold(TensorKey key, RowTarget target) {
    requireOpen();
    try {
      return find(key, target);
    } catch (RuntimeException e) {
      report(e);
      return Lookup.MISS;
    }
  }

  /**
   * Tells what {@link #readUntold} led to.
   *
   * @throws IllegalStateException if closed
   */
  public void tell() {
    finish();
  }

  private Lookup find(TensorKey key, RowTarget target) {
    long before = promotions.count();
    Lookup found = findOnHeap(key, target);
    for (int i = 0; i < pools.count() && found == Lookup.MISS; i++) {
      found = pools.get(i).read(key, target);
      if (found.isHit()) {
        promotions.hit(key, i, target);
      }
    }
    return found == Lookup.MISS && before != promotions.count() ? findAgain(key, target) : found;
  }

  /** A row that moved up while it was looked for below is in one of these. */
  private Lookup findAgain(TensorKey key, RowTarget target) {
    Lookup found = findOnHeap(key, target);
    for (int i = 0; i < pools.count() && found == Lookup.MISS; i++) {
      found = pools.get(i).read(key, target);
    }
    return found;
  }

  private Lookup findOnHeap(TensorKey key, RowTarget target) {
    Row row = heap == null ? null : heap.get(key);
    if (row == null) {
      return Lookup.MISS;
    }
    return row.copyIfExpected(target) ? Lookup.HEAP_HIT : Lookup.OTHER_SCHEMA;
  }

  /**
   * Told that a row was served from below the tiers. True if that is its second time and the memory
   * has room for it, or it is asked for more often than what would go for it; so that {@link
   * #addIfRoom} is worth reading it once more.
   */
  public boolean isWanted(TensorKey key, long byteCount, int group) {
    return !closed.get() && guarded(false, () -> promotions.isWanted(key, byteCount, group));
  }

  /**
   * Adds a row to the tiers in memory if nothing has to go for it, or only what is asked for less
   * often. It is kept by reference on the heap.
   *
   * @param ticket taken before the row was read where it lies
   * @return true if it was added; false also if it was there, or was removed since
   * @throws IllegalStateException if closed
   */
  public boolean addIfRoom(TensorKey key, Row row, long ticket) {
    return guarded(false, () -> !isHere(key) && promotions.add(key, row, ticket));
  }

  /**
   * The row itself, verified and copied if it comes from off the heap; null if it is not here.
   *
   * @throws IllegalStateException if closed
   */
  public @Nullable Row row(TensorKey key) {
    return guarded(
        null,
        () -> {
          Row row = heap == null ? null : heap.get(key);
          return row == null ? pools.row(key) : row;
        });
  }

  /**
   * Puts a row where it belongs. The row is kept by reference in the heap tier. A key that is here
   * already keeps its row.
   *
   * @return where the key lies now, or null if it was not admitted: larger than every tier,
   *     everything is full and {@code KEEP_FIRST}, or refused
   * @throws IllegalStateException if closed
   */
  public @Nullable Tier store(TensorKey key, Row row) {
    return guarded(null, () -> unlessHere(key, () -> placement.place(key, row)));
  }

  /**
   * Puts a row where it belongs that leaves a device to make room there. As {@link #store}, but
   * nobody asked for it.
   *
   * @throws IllegalStateException if closed
   */
  public @Nullable Tier storeDrivenOut(TensorKey key, Row row) {
    return guarded(null, () -> unlessHere(key, () -> placement.placeDrivenOut(key, row)));
  }

  private @Nullable Tier unlessHere(TensorKey key, Supplier<@Nullable Tier> place) {
    Tier found = tier(key);
    return found != null ? found : place.get();
  }

  /** False if a row is larger than every tier. */
  public boolean mayHold(Row row) {
    return placement.mayHold(row);
  }

  /** So many rows that may be here were replaced by others under new keys. */
  public void replaced(long rows) {
    placement.replaced(rows);
  }

  /**
   * The keys of the rows that are in memory now; not of those on a disk.
   *
   * @throws IllegalStateException if closed
   */
  public List<TensorKey> keys() {
    return guarded(
        List.of(),
        () -> {
          List<TensorKey> all = heap == null ? new ArrayList<>() : heap.keys();
          for (int i = 0; i < pools.countInMemory(); i++) {
            all.addAll(pools.get(i).keys());
          }
          return all;
        });
  }

  /**
   * True if a row of this key is here.
   *
   * @throws IllegalStateException if closed
   */
  public boolean contains(TensorKey key) {
    return guarded(false, () -> isHere(key));
  }

  private boolean isHere(TensorKey key) {
    return tier(key) != null;
  }

  /**
   * The tier in which a row of this key is; null if in none.
   *
   * @throws IllegalStateException if closed
   */
  public @Nullable Tier tierOf(TensorKey key) {
    return guarded(null, () -> tier(key));
  }

  private @Nullable Tier tier(TensorKey key) {
    return heap != null && heap.contains(key) ? Tier.HEAP : pools.tierOf(key);
  }

  /**
   * Removes a row, wherever it is. Not told as an eviction.
   *
   * @throws IllegalStateException if closed
   */
  public void remove(TensorKey key) {
    guarded(
        null,
        () -> {
          tickets.whileRemoving(key, () -> promotions.takeBack(key));
          placement.removed(key);
          return null;
        });
  }

  /**
   * Removes every row that was here when the call began. Not told as evictions.
   *
   * @throws IllegalStateException if closed
   */
  public void clear() {
    guarded(
        null,
        () -> {
          tickets.whileRemovingAll(
              () -> {
                if (heap != null) {
                  heap.clear();
                }
                pools.clear();
              });
          return null;
        });
  }

  /**
   * What each tier that exists holds, heap first. After close that is nothing. Stops no one: while
   * others write, the numbers may be a moment apart.
   */
  public List<TierStats> stats(Map<Tier, Long> hits) {
    List<TierStats> all = new ArrayList<>(pools.stats(hits));
    if (heap != null) {
      all.add(0, heap.stats(hits.getOrDefault(Tier.HEAP, 0L)));
    }
    return closed.get() ? all.stream().map(Pools::emptied).toList() : all;
  }

  /** Frees everything. Idempotent; safe while other threads use the tiers, which then throw. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      pools.close(ehcache::close);
    } finally {
      if (heap != null) {
        heap.forget();
      }
    }
  }

  private <T extends @Nullable Object> T guarded(T otherwise, Supplier<T> operation) {
    requireOpen();
    T result;
    try {
      result = operation.get();
    } catch (RuntimeException e) {
      report(e);
      result = otherwise;
    }
    finish();
    return result;
  }

  /** Without a lock. What went wrong while another thread closed the tiers is not told. */
  private void finish() {
    if (closed.get()) {
      notices.discard();
      requireOpen();
    }
    notices.deliver();
  }

  private void report(RuntimeException e) {
    requireOpen(); // while closing, anything may fail, and that is why
    notices.failed(
        e instanceof TensorCacheException failure
            ? failure
            : new StorageException("the memory tiers of \"" + name + "\" failed: " + e, e));
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the cache \"" + name + "\" is closed");
    }
  }

  /** Puts bytes into the highest pool as if they were the entry of this key; for tests. */
  boolean plant(TensorKey key, int group, ByteBuffer entry) {
    EntryKey of = new EntryKey(key.hi(), key.lo(), entry.remaining(), group);
    return pools.get(0).plant(of, entry.remaining(), entry, Claim.ALWAYS) == Admission.IS_IN;
  }
}
