package io.tensorcache.internal.tier;

import io.tensorcache.config.Tier;

/**
 * What one tier holds. Taken without stopping anyone: while others write, the numbers may be a
 * moment apart.
 *
 * @param tier which tier
 * @param entries rows in it
 * @param byteCount heap: bytes of payload and 256 more per row for the objects around it, never
 *     above the limit; off-heap: bytes of the entries as stored, heads included, after compression;
 *     disk: the same, each rounded up to the power of two that it takes of the file
 * @param limitBytes what it may hold at most; tiers other than the heap need a few percent of it
 *     themselves
 * @param evictions rows that this tier had to drop from the cache to make room; a row that moved to
 *     the next tier is not one
 */
public record TierUse(Tier tier, long entries, long byteCount, long limitBytes, long evictions) {
  /** This tier when it holds nothing any more. */
  TierUse emptied() {
    return new TierUse(tier, 0, 0, limitBytes, evictions);
  }
}
