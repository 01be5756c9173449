package io.tensorcache.internal.store;

import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.ehcache.Cache;
import org.jspecify.annotations.Nullable;

/**
 * Rows as checked entries in direct memory that Ehcache manages. A read decodes straight from
 * Ehcache's page into the target, under the lock of one of at least 16 segments. Safe for use by
 * several threads.
 */
final class OffHeapTier {
  /** What Ehcache refuses to go below. */
  static final long MIN_BYTES = 1 << 20;

  /** Largest entry that is tried: what exceeds half a pool may empty it and still not fit. */
  private static final long MAX_ENTRY_BYTES = 1 << 30;

  /** An entry that others replace all the time is theirs. */
  private static final int REMOVE_ATTEMPTS = 8;

  private final Cache<OffHeapKey, OffHeapValue> cache;
  private final ThreadLocal<OffHeapRead> reads;
  private final WhenFull whenFull;
  private final Compression compression;
  private final Notices notices;
  private final long limitBytes;
  private final OffHeapBudget budget;
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong evictions = new AtomicLong();

  /** Shared by what adds or removes one entry; exclusive for clearing and closing. */
  private final ReadWriteLock changes = new ReentrantReadWriteLock();

  OffHeapTier(
      Cache<OffHeapKey, OffHeapValue> cache,
      ThreadLocal<OffHeapRead> reads,
      TierSettings settings,
      Notices notices) {
    this.cache = cache;
    this.reads = reads;
    this.whenFull = settings.whenFull();
    this.compression = settings.compression();
    this.limitBytes = settings.offHeap().bytes();
    this.budget = new OffHeapBudget(limitBytes);
    this.notices = notices;
  }

  /** Copies the row into the target. MISS, OFF_HEAP_HIT, OTHER_SCHEMA or CORRUPT. */
  Lookup read(TensorKey key, RowTarget target) {
    OffHeapRead read = reads.get();
    read.openForCopy(key, target);
    if (!lookUp(key, read)) {
      return Lookup.MISS;
    }
    if (read.damage() != null) {
      dropDamaged(key, read.damage());
      return Lookup.CORRUPT;
    }
    return read.isExpected() ? Lookup.OFF_HEAP_HIT : Lookup.OTHER_SCHEMA;
  }

  /** A copy of the row, or null if it is not there or damaged; then it is dropped. */
  @Nullable Row row(TensorKey key) {
    OffHeapRead read = reads.get();
    read.openForRow(key);
    if (lookUp(key, read) && read.damage() != null) {
      dropDamaged(key, read.damage());
    }
    return read.takeRow();
  }

  /** What the row consists of, as its head says; null if not there or unreadable. */
  @Nullable RowSchema schema(TensorKey key) {
    OffHeapRead read = reads.get();
    read.openForSchema(key);
    if (lookUp(key, read) && read.damage() != null) {
      dropDamaged(key, read.damage());
    }
    return read.takeSchema();
  }

  private boolean lookUp(TensorKey key, OffHeapRead read) {
    try {
      return cache.get(OffHeapKey.of(key)) != null;
    } finally {
      read.close();
    }
  }

  private void dropDamaged(TensorKey key, @Nullable CorruptEntryException damage) {
    remove(key);
    if (damage != null) {
      notices.failed(damage);
    }
  }

  /** Of what is here now; others may add and remove meanwhile. */
  List<TensorKey> keys() {
    List<TensorKey> keys = new ArrayList<>();
    for (Cache.Entry<OffHeapKey, OffHeapValue> each : cache) {
      keys.add(each.getKey().key());
    }
    return keys;
  }

  boolean contains(TensorKey key) {
    return cache.containsKey(OffHeapKey.of(key));
  }

  /** Adds the row, or not if it does not fit. True if the key is in the tier afterwards. */
  boolean add(TensorKey key, Row row) {
    long plainBytes = EntryFormatV1.headerBytes(row.schema()) + row.payloadBytes();
    if (plainBytes > MAX_ENTRY_BYTES
        || compression == Compression.NONE && !mayFit(plainBytes)
        || budget.isKnownToBeFull(plainBytes)) {
      return false;
    }
    ByteBuffer entry = EntryFormatV1.encode(key, row, compression);
    return mayFit(entry.remaining()) && addEntry(key, row.group(), plainBytes, entry);
  }

  private boolean mayFit(long entryBytes) {
    return entryBytes <= limitBytes / 2;
  }

  /** Adds an encoded entry as it is; tests plant damaged ones here. */
  boolean addEntry(TensorKey key, int group, long plainBytes, ByteBuffer entry) {
    OffHeapKey of = new OffHeapKey(key.hi(), key.lo(), entry.remaining(), group);
    OffHeapValue before;
    changes.readLock().lock();
    try {
      if (keepsFirst() && !budget.reserve(of.entryBytes(), plainBytes)) {
        return false;
      }
      before = cache.putIfAbsent(of, OffHeapValue.of(entry));
      if (before == null) {
        entries.incrementAndGet();
        heldBytes.addAndGet(of.entryBytes());
        return true;
      }
      if (keepsFirst()) {
        budget.release(of.entryBytes());
      }
    } finally {
      changes.readLock().unlock();
    }
    if (before == OffHeapValue.REFUSED) {
      recount();
      return false;
    }
    return true;
  }

  private boolean keepsFirst() {
    return whenFull == WhenFull.KEEP_FIRST;
  }

  /**
   * Counts what is there. A put that Ehcache gives up may have evicted any number of entries, and
   * Ehcache then keeps the notices to itself.
   */
  private void recount() {
    changes.writeLock().lock();
    try {
      long found = 0;
      long bytes = 0;
      budget.clear();
      for (Cache.Entry<OffHeapKey, OffHeapValue> each : cache) {
        found++;
        bytes += each.getKey().entryBytes();
        budget.add(each.getKey().entryBytes());
      }
      evictions.addAndGet(Math.max(0, entries.getAndSet(found) - found));
      heldBytes.set(bytes);
    } finally {
      changes.writeLock().unlock();
    }
  }

  /** Ehcache dropped this entry. Called by its notices, on the thread that adds, under changes. */
  void wasEvicted(OffHeapKey key) {
    entries.decrementAndGet();
    heldBytes.addAndGet(-key.entryBytes());
    evictions.incrementAndGet();
    if (keepsFirst()) {
      budget.release(key.entryBytes());
      budget.lowerLimit(); // our estimate of Ehcache's overhead was too low: stop here
    }
    notices.evicted(key.key(), key.group());
  }

  void remove(TensorKey key) {
    OffHeapKey of = OffHeapKey.of(key);
    changes.readLock().lock();
    try {
      for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
        OffHeapValue found = cache.get(of);
        if (found == null) {
          return;
        }
        if (cache.remove(of, found)) {
          entries.decrementAndGet();
          heldBytes.addAndGet(-found.entryBytes());
          if (keepsFirst()) {
            budget.release(found.entryBytes());
          }
          return;
        }
      }
    } finally {
      changes.readLock().unlock();
    }
  }

  void clear() {
    changes.writeLock().lock();
    try {
      cache.clear();
      entries.set(0);
      heldBytes.set(0);
      budget.clear();
    } finally {
      changes.writeLock().unlock();
    }
  }

  /** Runs {@code close} while nothing is being added or removed. */
  void close(Runnable close) {
    changes.writeLock().lock();
    try {
      close.run();
    } finally {
      changes.writeLock().unlock();
    }
  }

  TierUse use() {
    return new TierUse(Tier.OFF_HEAP, entries.get(), heldBytes.get(), limitBytes, evictions.get());
  }
}
