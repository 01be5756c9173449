package io.tensorcache.internal.tier;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.SummingCopy;
import io.tensorcache.internal.lock.Rank;
import org.jspecify.annotations.Nullable;

/**
 * A pool of Ehcache that holds entries as bytes: what an entry takes of it, and how large one may
 * be. Measured with Ehcache 3.11.1, pools of 1 MiB to 512 MiB, entries of 100 B to 600 KB.
 */
enum PoolKind {
  /**
   * Up to the first eviction an entry takes its bytes, 112 to 130 more for Ehcache's heads, its
   * hash table and alignment (8 more for our key), and up to 2.4 % for pages that are not filled.
   * Where pages are large, that is not enough: {@link OffHeapPages#unusable}.
   */
  OFF_HEAP(Tier.OFF_HEAP, Lookup.OFF_HEAP_HIT, Rank.OFF_HEAP_TIER, "off-heap", 1 << 20, 2) {
    @Override
    long cost(long entryBytes) {
      return entryBytes + 144 + entryBytes / 40;
    }

    @Override
    long heldBytes(long entryBytes) {
      return entryBytes;
    }
  },

  /**
   * A mapping (76 bytes of heads with our key) takes the next power of two, its place in the table
   * up to 48 bytes, and the first eviction comes when 94 to 100 % of the pool are taken. A full
   * pool does not always find room for an entry of an eighth of it, and drops others in vain.
   */
  DISK(Tier.DISK, Lookup.DISK_HIT, Rank.DISK_TIER, "disk", 16 << 20, 16) {
    @Override
    long cost(long entryBytes) {
      return heldBytes(entryBytes) + 48;
    }

    @Override
    long heldBytes(long entryBytes) {
      long mapping = entryBytes + 76;
      return Long.bitCount(mapping) == 1 ? mapping : Long.highestOneBit(mapping) << 1;
    }
  };

  /** Largest entry of any pool. */
  static final long LARGEST_ENTRY = 1 << 30;

  final Tier tier;

  /** What a row found there is. */
  final Lookup hit;

  /** Of the lock of a tier of this kind. */
  final Rank rank;

  /** For messages. */
  final String label;

  /** The smallest pool. */
  final long minBytes;

  private final int largestShare;

  PoolKind(Tier tier, Lookup hit, Rank rank, String label, long minBytes, int largestShare) {
    this.tier = tier;
    this.hit = hit;
    this.rank = rank;
    this.label = label;
    this.minBytes = minBytes;
    this.largestShare = largestShare;
  }

  /** What an entry takes of the pool, by estimate and not less than it does. */
  abstract long cost(long entryBytes);

  /** What an entry counts for in the statistics. */
  abstract long heldBytes(long entryBytes);

  /** What may be taken before Ehcache would evict. */
  long usable(long poolBytes) {
    return this == DISK
        ? poolBytes / 100 * 93
        : poolBytes - poolBytes / 50 - OffHeapPages.unusable(poolBytes);
  }

  /** What may copy rows from there: not from Ehcache's file, which is mapped. */
  @Nullable SummingCopy copy() {
    return this == DISK ? null : SummingCopy.used();
  }

  /** Largest entry that is tried: what exceeds it may empty the pool and still not fit. */
  long largestEntry(long poolBytes) {
    return Math.min(LARGEST_ENTRY, poolBytes / largestShare);
  }
}
