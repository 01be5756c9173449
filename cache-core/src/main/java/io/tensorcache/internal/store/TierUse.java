package io.tensorcache.internal.store;

import io.tensorcache.config.Tier;

/**
 * What one tier holds. Taken without stopping anyone: while others write, the numbers may be a
 * moment apart.
 *
 * @param tier which tier
 * @param entries rows in it
 * @param byteCount heap: bytes of payload and 256 more per row for the objects around it, never
 *     above the limit; off-heap: bytes of the entries as stored, heads included, after compression
 * @param limitBytes what it may hold at most; the off-heap tier needs a few percent of it itself
 * @param evictions rows that this tier had to drop from the cache to make room; a row that moved to
 *     the next tier is not one
 */
public record TierUse(Tier tier, long entries, long byteCount, long limitBytes, long evictions) {
  /** The same tier when it holds nothing any more. */
  TierUse emptied() {
    return new TierUse(tier, 0, 0, limitBytes, evictions);
  }
}
