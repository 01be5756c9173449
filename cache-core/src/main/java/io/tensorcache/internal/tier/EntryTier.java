package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.lock.RankedReadWriteLock;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.ehcache.Cache;
import org.jspecify.annotations.Nullable;

/**
 * Rows as checked entries in a pool of Ehcache, in direct memory or in a file. A read decodes
 * straight from Ehcache's page into the target, under the lock of one of at least 16 segments. Safe
 * for use by several threads.
 */
final class EntryTier {
  /** An entry that others replace all the time is theirs. */
  private static final int REMOVE_ATTEMPTS = 8;

  private final Pool cache;
  private final PoolKind kind;
  private final EntryReads reads;
  private final WhenFull whenFull;
  private final Compression compression;
  private final Notices notices;
  private final long limitBytes;
  private final PoolBudget budget;
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong evictions = new AtomicLong();

  /** Where rows move when there is no room; null to leave that to Ehcache. */
  private @Nullable Spill spill;

  /** Shared by what adds or removes one entry; exclusive for clearing and closing. */
  private final RankedReadWriteLock changes;

  EntryTier(Pool cache, long poolBytes, EntryReads reads, CacheConfig config, Notices notices) {
    this.cache = cache;
    this.kind = cache.kind();
    this.changes = new RankedReadWriteLock(kind.rank);
    this.reads = reads;
    this.whenFull = config.whenFull();
    this.compression = config.compression();
    this.limitBytes = poolBytes;
    this.budget = new PoolBudget(kind, poolBytes);
    this.notices = notices;
  }

  /** Under {@code EVICT}: rows move there from now on. Before the tier is used. */
  void spillTo(Spill next) {
    if (!keepsFirst()) {
      spill = next;
      budget.leaveSlack();
    }
  }

  PoolKind kind() {
    return kind;
  }

  /** Copies the row into the target. MISS, a hit of this tier, OTHER_SCHEMA or CORRUPT. */
  Lookup read(TensorKey key, RowTarget target) {
    EntryRead read = EntryRead.forCopy(key, target);
    if (!lookUp(read)) {
      return Lookup.MISS;
    }
    if (read.damage() != null) {
      dropDamaged(key, read.damage());
      return Lookup.CORRUPT;
    }
    if (spill != null) {
      spill.mark(key);
    }
    return read.isExpected() ? kind.hit : Lookup.OTHER_SCHEMA;
  }

  /** A copy of the row, or null if it is not there or damaged; then it is dropped. */
  @Nullable Row row(TensorKey key) {
    EntryRead read = EntryRead.forRow(key);
    if (lookUp(read) && read.damage() != null) {
      dropDamaged(key, read.damage());
    }
    return read.row();
  }

  /** What the row consists of, as its head says; null if not there or unreadable. */
  @Nullable RowSchema schema(TensorKey key) {
    EntryRead read = EntryRead.forSchema(key);
    if (lookUp(read) && read.damage() != null) {
      dropDamaged(key, read.damage());
    }
    return read.schema();
  }

  private boolean lookUp(EntryRead read) {
    try {
      reads.open(read);
      return cache.get(EntryKey.of(read.key())) != null;
    } finally {
      reads.close();
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
    for (Cache.Entry<EntryKey, EntryValue> each : cache.all()) {
      keys.add(each.getKey().key());
    }
    return keys;
  }

  boolean contains(TensorKey key) {
    return cache.contains(EntryKey.of(key));
  }

  /** True if a row of this size would fit and nothing would have to go for it. */
  boolean hasRoomFor(long plainBytes) {
    return !cache.isOff()
        && plainBytes <= kind.largestEntry(limitBytes)
        && budget.hasRoomFor(plainBytes);
  }

  /** Adds the row, or not if it does not fit. True if the key is in the tier afterwards. */
  boolean add(TensorKey key, Row row) {
    long plainBytes = EntryFormatV1.headerBytes(row.schema()) + row.payloadBytes();
    if (plainBytes > PoolKind.LARGEST_ENTRY
        || compression == Compression.NONE && !mayFit(plainBytes)
        || keepsFirst() && budget.isKnownToBeFull(plainBytes)
        || cache.isOff()) {
      return false;
    }
    ByteBuffer entry = EntryFormatV1.encode(key, row, compression);
    return addEntry(key, row.group(), plainBytes, entry);
  }

  private boolean mayFit(long entryBytes) {
    return entryBytes <= kind.largestEntry(limitBytes);
  }

  /** Adds an encoded entry as it is, or not if it does not fit. */
  boolean addEntry(TensorKey key, int group, long plainBytes, ByteBuffer entry) {
    return mayFit(entry.remaining()) && plant(key, group, plainBytes, entry);
  }

  /** Adds an encoded entry as it is, whatever its size; tests plant damaged ones here. */
  boolean plant(TensorKey key, int group, long plainBytes, ByteBuffer entry) {
    EntryKey of = new EntryKey(key.hi(), key.lo(), entry.remaining(), group);
    EntryValue before;
    try {
      changes.lockShared();
      if (!takeRoom(key, of.entryBytes(), plainBytes)) {
        return false;
      }
      before = putIfAbsent(of, entry);
      if (before == null) {
        entries.incrementAndGet();
        heldBytes.addAndGet(kind.heldBytes(of.entryBytes()));
        if (spill != null) {
          spill.added(key, entries.get(), this);
        }
        return true;
      }
      budget.release(of.entryBytes());
    } finally {
      changes.unlockShared();
    }
    if (before == EntryValue.REFUSED) {
      recount();
      return false;
    }
    return true;
  }

  /** The room is reserved already, and given back where there is no memory. */
  private @Nullable EntryValue putIfAbsent(EntryKey key, ByteBuffer entry) {
    boolean hasEnded = false;
    try {
      EntryValue before = cache.putIfAbsent(key, EntryValue.of(entry));
      hasEnded = true;
      return before;
    } finally {
      if (!hasEnded) {
        budget.release(key.entryBytes());
      }
    }
  }

  /** Reserves room. Under {@code EVICT} there always is: rows move, or Ehcache drops some. */
  private boolean takeRoom(TensorKey key, int entryBytes, long plainBytes) {
    if (!cache.hasRoomFor(kind.cost(entryBytes))) {
      return false;
    }
    Spill next = spill;
    do {
      if (budget.reserve(entryBytes, plainBytes)) {
        return true;
      }
    } while (next != null && moveOldest(next, key));
    if (keepsFirst()) {
      return false;
    }
    budget.add(entryBytes);
    return true;
  }

  /** Moves one row to the next tier, for another one; false if there is none. Under changes. */
  private boolean moveOldest(Spill next, TensorKey entering) {
    TensorKey key = next.poll(entering);
    if (key == null) {
      return false;
    }
    EntryRead read = EntryRead.forBytes(key);
    ByteBuffer entry = lookUp(read) ? read.bytes() : null;
    if (entry == null) {
      return true; // went by itself
    }
    boolean moved = next.take(key, entry);
    if (cache.remove(EntryKey.of(key), EntryValue.of(entry))) {
      uncount(entry.remaining());
      if (!moved) {
        evictions.incrementAndGet();
        next.dropped(key, entry);
      }
    } else if (moved) {
      next.tier().remove(key); // removed by a user meanwhile: must not have arrived
    }
    return true;
  }

  private boolean keepsFirst() {
    return whenFull == WhenFull.KEEP_FIRST;
  }

  private void uncount(int entryBytes) {
    entries.decrementAndGet();
    heldBytes.addAndGet(-kind.heldBytes(entryBytes));
    budget.release(entryBytes);
  }

  /**
   * Counts what is there. A put that Ehcache gives up may have evicted any number of entries, and
   * Ehcache then keeps the notices to itself.
   */
  private void recount() {
    try {
      changes.lock();
      if (cache.isOff()) {
        return;
      }
      long found = 0;
      long bytes = 0;
      budget.clear();
      for (Cache.Entry<EntryKey, EntryValue> each : cache.all()) {
        found++;
        bytes += kind.heldBytes(each.getKey().entryBytes());
        budget.add(each.getKey().entryBytes());
      }
      evictions.addAndGet(Math.max(0, entries.getAndSet(found) - found));
      heldBytes.set(bytes);
    } finally {
      changes.unlock();
    }
  }

  /** Ehcache dropped this entry. Called by its notices, on the thread that adds, under changes. */
  void wasEvicted(EntryKey key) {
    uncount(key.entryBytes());
    evictions.incrementAndGet();
    if (keepsFirst()) {
      budget.lowerLimit(); // our estimate of Ehcache's overhead was too low: stop here
    }
    notices.evicted(key.key(), key.group());
  }

  void remove(TensorKey key) {
    EntryKey of = EntryKey.of(key);
    try {
      changes.lockShared();
      for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
        EntryValue found = cache.get(of);
        if (found == null) {
          return;
        }
        if (cache.remove(of, found)) {
          uncount(found.entryBytes());
          return;
        }
      }
    } finally {
      changes.unlockShared();
    }
  }

  void clear() {
    try {
      changes.lock();
      cache.clear();
      entries.set(0);
      heldBytes.set(0);
      budget.clear();
      if (spill != null) {
        spill.clear();
      }
    } finally {
      changes.unlock();
    }
  }

  /** Runs {@code close} while nothing is being added or removed. */
  void close(Runnable close) {
    try {
      changes.lock();
      close.run();
    } finally {
      changes.unlock();
    }
  }

  TierStats stats(long hits) {
    TierStats all =
        new TierStats(
            kind.tier,
            entries.get(),
            ByteSize.ofBytes(heldBytes.get()),
            ByteSize.ofBytes(limitBytes),
            hits,
            evictions.get());
    return cache.isOff() ? Pools.emptied(all) : all;
  }
}
