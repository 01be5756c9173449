package io.tensorcache.internal.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows in memory: a heap tier above an off-heap tier, each optional, a row in one of them.
 *
 * <p>{@code EVICT}: a row enters the heap, and the rows used longest ago move on to the off-heap
 * tier, or out when there is none. {@code KEEP_FIRST}: the heap fills, then the off-heap tier, then
 * nothing more is admitted. A second hit moves an off-heap row up if the heap has room for it.
 *
 * <p>What a tier fails to do is a miss or "not admitted", and is reported; it never breaks the
 * caller. Safe for use by several threads; reads wait for no one but, off-heap, for another
 * operation in the same Ehcache segment.
 */
public final class MemoryTiers implements AutoCloseable {
  private final String name;
  private final WhenFull whenFull;
  private final Notices notices;
  private final EhcacheTiers ehcache;
  private final @Nullable HeapTier heap;
  private final @Nullable OffHeapTier offHeap;
  private final SecondHits secondHits = new SecondHits();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Counts moves to the heap, so that a look-up that crossed one can look again. */
  private volatile long promotions;

  /**
   * Allocates the tiers.
   *
   * @param name for messages
   * @throws IllegalArgumentException if the off-heap tier is below 1 MiB or cannot be allocated
   */
  public MemoryTiers(String name, TierSettings settings, TierEvents events) {
    this.name = name;
    this.whenFull = settings.whenFull();
    this.notices = new Notices(events);
    long offHeapBytes = settings.offHeap().bytes();
    if (offHeapBytes > 0 && offHeapBytes < OffHeapTier.MIN_BYTES) {
      throw new IllegalArgumentException(
          "off-heap tier of "
              + settings.offHeap()
              + ": must be 0 (none) or at least "
              + ByteSize.ofBytes(OffHeapTier.MIN_BYTES));
    }
    this.ehcache = new EhcacheTiers();
    try {
      long heapBytes = settings.heap().bytes();
      this.heap = heapBytes > 0 ? new HeapTier(ehcache.heap(notices), heapBytes) : null;
      this.offHeap = offHeapBytes > 0 ? newOffHeap(settings) : null;
    } catch (RuntimeException | Error e) {
      ehcache.close();
      throw e;
    }
  }

  private OffHeapTier newOffHeap(TierSettings settings) {
    ThreadLocal<OffHeapRead> reads = ThreadLocal.withInitial(OffHeapRead::new);
    OffHeapTier[] tier = new OffHeapTier[1]; // no eviction before the first entry
    var cache = ehcache.offHeap(settings.offHeap(), reads, key -> tier[0].wasEvicted(key), notices);
    tier[0] = new OffHeapTier(cache, reads, settings, notices);
    return tier[0];
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
          Row row = heap == null ? null : heap.get(key);
          if (row != null) {
            return row.schema();
          }
          return offHeap == null ? null : offHeap.schema(key);
        });
  }

  /**
   * Copies the parts of a row into the target: one copy, verified if it comes from off the heap.
   * Unless the result is a hit, the row's bytes in the target are undefined.
   *
   * @throws IllegalStateException if closed
   */
  public Lookup read(TensorKey key, RowTarget target) {
    requireOpen();
    Lookup lookup;
    try {
      lookup = find(key, target);
    } catch (RuntimeException e) {
      report(e);
      lookup = Lookup.MISS;
    }
    finish();
    return lookup;
  }

  private Lookup find(TensorKey key, RowTarget target) {
    long before = promotions;
    Lookup found = findOnHeap(key, target);
    if (found != Lookup.MISS || offHeap == null) {
      return found;
    }
    found = offHeap.read(key, target);
    if (found == Lookup.OFF_HEAP_HIT) {
      promoteOnSecondHit(key, target.storedByteCount());
    } else if (found == Lookup.MISS && before != promotions) {
      return findOnHeap(key, target);
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

  private void promoteOnSecondHit(TensorKey key, long byteCount) {
    if (heap == null
        || offHeap == null
        || !heap.hasRoomFor(byteCount)
        || !secondHits.isSecond(key)) {
      return;
    }
    Row row = offHeap.row(key);
    if (row != null && heap.addIfRoom(key, row)) {
      countPromotion();
      offHeap.remove(key);
    }
  }

  private synchronized void countPromotion() {
    promotions++;
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
          return row != null || offHeap == null ? row : offHeap.row(key);
        });
  }

  /**
   * Puts a row where it belongs. The row is kept by reference in the heap tier. A key that is here
   * already keeps its row.
   *
   * @return where the key lies now, or null if it was not admitted: larger than every tier, or
   *     everything is full and {@code KEEP_FIRST}
   * @throws IllegalStateException if closed
   */
  public @Nullable Tier store(TensorKey key, Row row) {
    return guarded(null, () -> place(key, row));
  }

  private @Nullable Tier place(TensorKey key, Row row) {
    if (heap != null && heap.contains(key)) {
      return Tier.HEAP;
    }
    if (offHeap != null && offHeap.contains(key)) {
      return Tier.OFF_HEAP;
    }
    if (heap != null && placeOnHeap(heap, key, row)) {
      return Tier.HEAP;
    }
    return offHeap != null && offHeap.add(key, row) ? Tier.OFF_HEAP : null;
  }

  private boolean placeOnHeap(HeapTier tier, TensorKey key, Row row) {
    if (whenFull == WhenFull.KEEP_FIRST) {
      return tier.addIfRoom(key, row);
    }
    List<HeapEntry> left = new ArrayList<>();
    try {
      return tier.add(key, row, entry -> moveDown(entry, left));
    } finally {
      forgetRemoved(left);
    }
  }

  private void moveDown(HeapEntry entry, List<HeapEntry> left) {
    if (offHeap != null && entry.row != null) {
      left.add(entry);
      try {
        if (offHeap.add(entry.key, entry.row)) {
          return;
        }
      } catch (RuntimeException e) {
        report(e);
      }
    }
    if (heap != null && entry.row != null) {
      heap.countEviction();
      notices.evicted(entry.key, entry.row.group());
    }
  }

  /** What was removed while it moved down must not have arrived. */
  private void forgetRemoved(List<HeapEntry> left) {
    for (HeapEntry entry : left) {
      if (entry.removed && offHeap != null) {
        offHeap.remove(entry.key);
      }
    }
  }

  /**
   * The keys of the rows that are here now.
   *
   * @throws IllegalStateException if closed
   */
  public List<TensorKey> keys() {
    return guarded(
        List.of(),
        () -> {
          List<TensorKey> all = heap == null ? new ArrayList<>() : heap.keys();
          if (offHeap != null) {
            all.addAll(offHeap.keys());
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
    return guarded(
        false,
        () -> heap != null && heap.contains(key) || offHeap != null && offHeap.contains(key));
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
          if (heap != null) {
            heap.remove(key);
          }
          if (offHeap != null) {
            offHeap.remove(key);
          }
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
          if (heap != null) {
            heap.clear();
          }
          if (offHeap != null) {
            offHeap.clear();
          }
          return null;
        });
  }

  /** What each tier that exists holds, heap first. After close that is nothing. */
  public List<TierUse> use() {
    List<TierUse> uses = new ArrayList<>(2);
    if (heap != null) {
      uses.add(heap.use());
    }
    if (offHeap != null) {
      uses.add(offHeap.use());
    }
    return closed.get() ? uses.stream().map(TierUse::emptied).toList() : uses;
  }

  /** Frees everything. Idempotent; safe while other threads use the tiers, which then throw. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (offHeap != null) {
      offHeap.close(ehcache::close);
    } else {
      ehcache.close();
    }
    if (heap != null) {
      heap.forget();
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

  /** Puts bytes into the off-heap tier as if they were the entry of this key; for tests. */
  boolean plant(TensorKey key, int group, ByteBuffer entry) {
    return offHeap != null && offHeap.addEntry(key, group, entry.remaining(), entry);
  }
}
