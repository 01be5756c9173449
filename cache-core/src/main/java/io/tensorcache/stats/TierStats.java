package io.tensorcache.stats;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;

/**
 * What one tier holds now.
 * <!-- region: tier-stats, from StatsExamplesTest.java -->
 *
 * <pre>{@code
 * for (TierStats tier : cache.stats().tiers()) {
 *   lines.add(tier.tier() + ": " + tier.bytes() + " of " + tier.limit());
 * }
 * }</pre>
 *
 * @param tier which
 * @param entries rows held
 * @param bytes bytes held as the limit counts them: on the heap the payload and 256 a row for the
 *     objects around it, off the heap the entries as stored, heads included, after compression; on
 *     disk the same, each rounded up to a power of two, which is what it takes of the file; in the
 *     store the files of all processes
 * @param limit bytes at most
 * @param hits rows served since the cache was built
 * @param evictions rows that this tier had to drop to make room; they may still be in the store
 */
public record TierStats(
    Tier tier, long entries, ByteSize bytes, ByteSize limit, long hits, long evictions) {}
