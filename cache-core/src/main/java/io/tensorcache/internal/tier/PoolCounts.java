package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Holdings;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.ehcache.Cache;
import org.jspecify.annotations.Nullable;

/** What a pool holds and has dropped. Safe for use by several threads. */
final class PoolCounts {
  private final PoolKind kind;
  private final PoolBudget budget;
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong evictions = new AtomicLong();
  private @Nullable Gate gate;
  private @Nullable Holdings held; // for the gate

  PoolCounts(PoolKind kind, PoolBudget budget) {
    this.kind = kind;
    this.budget = budget;
  }

  /** Tells the gate too. Before the pool is used. */
  void tell(Gate of, BooleanSupplier isOff) {
    gate = of;
    held = of.newTier(isOff);
  }

  long entries() {
    return entries.get();
  }

  /** An entry is there, for which room was reserved. */
  void came(TensorKey key, int entryBytes) {
    entries.incrementAndGet();
    heldBytes.addAndGet(kind.heldBytes(entryBytes));
    if (gate != null && held != null) {
      gate.entered(held, key, entryBytes);
    }
  }

  /** An entry is not there any more. */
  void went(TensorKey key, int entryBytes) {
    entries.decrementAndGet();
    heldBytes.addAndGet(-kind.heldBytes(entryBytes));
    budget.release(entryBytes);
    if (gate != null && held != null) {
      gate.left(held, key, entryBytes);
    }
  }

  void countEviction() {
    evictions.incrementAndGet();
  }

  /** Counts what is there anew; what is missing was evicted. */
  void recount(Iterable<Cache.Entry<EntryKey, EntryValue>> all) {
    long before = entries.get();
    forget();
    for (Cache.Entry<EntryKey, EntryValue> each : all) {
      budget.add(each.getKey().entryBytes());
      came(each.getKey().key(), each.getKey().entryBytes());
    }
    evictions.addAndGet(Math.max(0, before - entries.get()));
  }

  /** Nothing is there. */
  void clear() {
    forget();
    if (gate != null && held != null) {
      gate.cleared(held);
    }
  }

  private void forget() {
    entries.set(0);
    heldBytes.set(0);
    budget.clear();
    if (gate != null && held != null) {
      gate.emptied(held);
    }
  }

  TierStats stats(long limitBytes, long hits) {
    return new TierStats(
        kind.tier,
        entries.get(),
        ByteSize.ofBytes(heldBytes.get()),
        ByteSize.ofBytes(limitBytes),
        hits,
        evictions.get());
  }
}
