package io.tensorcache.internal.tier;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Sample;
import io.tensorcache.internal.gate.Worth;
import io.tensorcache.internal.lock.RankedReadWriteLock;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.List;
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
  private final PoolCounts counts;

  /** Where rows move when there is no room; null to leave that to Ehcache. */
  private @Nullable Spill spill;

  /** Says which rows go for which; null if all may enter. */
  private @Nullable Gate gate;

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
    this.counts = new PoolCounts(kind, budget);
    this.notices = notices;
  }

  /** Unless the first are kept: rows move there from now on. Before the tier is used. */
  void spillTo(Spill next) {
    if (!keepsFirst()) {
      spill = next;
      budget.leaveSlack();
    }
  }

  /** Rows go as the gate says, and move there or leave. Before the tier is used. */
  void guard(Gate by, Spill next) {
    gate = by;
    spill = next;
    counts.tell(by, cache::isOff);
  }

  PoolKind kind() {
    return kind;
  }

  /** Copies the row into the target. MISS, a hit of this tier, OTHER_SCHEMA or CORRUPT. */
  Lookup read(TensorKey key, RowTarget target) {
    EntryRead read = EntryRead.forCopy(key, target, kind.copy());
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
    return cache.keys();
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

  /** Adds the row if it fits, and its claim is enough to drive out what has to go for it. */
  Admission add(TensorKey key, Row row, Claim claim) {
    long plainBytes = EntryFormatV1.headerBytes(row.schema()) + row.payloadBytes();
    if (plainBytes > PoolKind.LARGEST_ENTRY
        || compression == Compression.NONE && !mayFit(plainBytes)
        || keepsFirst() && budget.isKnownToBeFull(plainBytes)
        || cache.isOff()) {
      return Admission.DOES_NOT_FIT;
    }
    if (gate != null && !mayEnter(key, plainBytes, claim) && !mayShrink(plainBytes)) {
      return Admission.REFUSED; // before it is encoded
    }
    ByteBuffer entry = EntryFormatV1.encode(key, row, compression);
    return addEntry(key, row.group(), plainBytes, entry, claim);
  }

  /** True if it is not known that a row of this size finds no room when it is compressed. */
  private boolean mayShrink(long plainBytes) {
    return compression != Compression.NONE && !budget.isKnownToBeFull(plainBytes);
  }

  private boolean mayFit(long entryBytes) {
    return entryBytes <= kind.largestEntry(limitBytes);
  }

  /** True if a row of this size is not larger than the tier. */
  boolean mayHold(long plainBytes) {
    return mayFit(plainBytes) && !cache.isOff();
  }

  /** True if a row of this size would find room, or another one would go for it now. */
  boolean mayEnter(TensorKey key, long plainBytes, Claim claim) {
    if (claim.isAlways() || hasRoomFor(plainBytes)) {
      return true;
    }
    Spill next = claim.mayBeat() ? spill : null;
    TensorKey oldest = next == null ? null : next.next(key);
    if (oldest == null) {
      return false;
    }
    boolean isBeaten = givesWay(next, oldest, claim);
    next.putBack(oldest, isBeaten);
    return isBeaten;
  }

  /** True if the row was asked for less often, or is gone. It is not listed at the moment. */
  private boolean givesWay(Spill next, TensorKey oldest, Claim claim) {
    return claim.isAlways()
        || gate == null
        || claim.beats(worth(oldest))
        || next.listed() >= counts.entries() && !contains(oldest);
  }

  private Worth worth(TensorKey key) {
    EntryRead read = EntryRead.forGroup(key);
    int group = gate != null && gate.isWeighed() && lookUp(read) ? read.group() : 0;
    return gate == null ? new Worth(0, 0) : gate.worth(gate.frequency(key), group);
  }

  /** Adds an encoded entry as it is, or not if it does not fit. */
  Admission addEntry(TensorKey key, int group, long plainBytes, ByteBuffer entry, Claim claim) {
    EntryKey of = new EntryKey(key.hi(), key.lo(), entry.remaining(), group);
    return mayFit(entry.remaining()) ? plant(of, plainBytes, entry, claim) : Admission.DOES_NOT_FIT;
  }

  /** Adds an encoded entry as it is, whatever its size; tests plant damaged ones here. */
  Admission plant(EntryKey of, long plainBytes, ByteBuffer entry, Claim claim) {
    EntryValue before;
    try {
      changes.lockShared();
      Admission room = takeRoom(of, plainBytes, claim);
      if (room != Admission.IS_IN) {
        return room;
      }
      before = putIfAbsent(of, entry);
      if (before == null) {
        counts.came(of.key(), of.entryBytes());
        if (spill != null) {
          spill.added(of.key(), counts.entries(), this);
        }
        return Admission.IS_IN;
      }
      budget.release(of.entryBytes());
    } finally {
      changes.unlockShared();
    }
    if (before == EntryValue.REFUSED) {
      recount();
      return Admission.DOES_NOT_FIT;
    }
    return Admission.IS_IN;
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

  /** Reserves room: rows move, or Ehcache drops some. */
  private Admission takeRoom(EntryKey key, long plainBytes, Claim claim) {
    if (!cache.hasRoomFor(kind.cost(key.entryBytes()))) {
      return Admission.DOES_NOT_FIT;
    }
    Spill next = claim == Claim.PLACE ? null : spill;
    Admission made = Admission.IS_IN;
    while (!budget.reserve(key.entryBytes(), plainBytes)) {
      made = next == null ? Admission.DOES_NOT_FIT : makeRoom(next, key, claim);
      if (made == Admission.REFUSED || keepsFirst()) {
        return made;
      }
      if (made == Admission.DOES_NOT_FIT) { // nothing can move
        budget.add(key.entryBytes());
        return Admission.IS_IN;
      }
    }
    return Admission.IS_IN;
  }

  /** Moves one row to the next tier, or out, for another one. Under changes. */
  private Admission makeRoom(Spill next, EntryKey entering, Claim claim) {
    TensorKey key = claim.isAlways() ? next.poll(entering.key()) : next.next(entering.key());
    if (key == null) {
      return claim.isAlways() ? Admission.DOES_NOT_FIT : Admission.REFUSED;
    }
    if (!givesWay(next, key, claim)) {
      next.putBack(key, false);
      return Admission.REFUSED;
    }
    boolean hasEnded = false;
    try {
      move(next, key, entering.entryBytes(), claim);
      hasEnded = true;
    } finally {
      if (!hasEnded) {
        next.putBack(key, false); // or it would stay for good
      }
    }
    return Admission.IS_IN;
  }

  private void move(Spill next, TensorKey key, long enteringBytes, Claim claim) {
    EntryRead read = EntryRead.forBytes(key);
    ByteBuffer entry = lookUp(read) ? read.bytes() : null;
    if (entry == null) {
      return; // went by itself
    }
    boolean isSmall = entry.remaining() <= enteringBytes;
    boolean moved = next.take(key, entry, claim.ofDrivenOut(worth(key), isSmall));
    if (cache.remove(EntryKey.of(key), EntryValue.of(entry))) {
      counts.went(key, entry.remaining());
      if (!moved) {
        counts.countEviction();
        next.dropped(key, entry);
      }
    } else if (moved) {
      next.takeBack(key); // removed by a user meanwhile: must not have arrived
    }
  }

  private boolean keepsFirst() {
    return whenFull == WhenFull.KEEP_FIRST;
  }

  /** Visits the keys of the rows, those that leave next first; some may be gone. */
  void addTo(Sample sample) {
    if (spill != null) {
      spill.forEach(sample::add);
    }
  }

  /**
   * Counts what is there. A put that Ehcache gives up may have evicted any number of entries, and
   * Ehcache then keeps the notices to itself.
   */
  private void recount() {
    try {
      changes.lock();
      if (!cache.isOff()) {
        counts.recount(cache.all());
      }
    } finally {
      changes.unlock();
    }
  }

  /** Ehcache dropped this entry. Called by its notices, on the thread that adds, under changes. */
  void wasEvicted(EntryKey key) {
    counts.went(key.key(), key.entryBytes());
    counts.countEviction();
    if (keepsFirst()) {
      budget.lowerLimit(); // our estimate of Ehcache's overhead was too low: stop here
    } else if (gate != null) {
      budget.lowerLimitALittle();
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
          counts.went(key, found.entryBytes());
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
      counts.clear();
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
    TierStats all = counts.stats(limitBytes, hits);
    return cache.isOff() ? Pools.emptied(all) : all;
  }
}
