package io.tensorcache.stats;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;

/**
 * What one tier holds now.
 *
 * @param tier which
 * @param entries rows held
 * @param bytes payload bytes held, as stored
 * @param limit bytes at most
 * @param hits rows served since the cache was built
 * @param evictions rows dropped or moved down to make room
 */
public record TierStats(
    Tier tier, long entries, ByteSize bytes, ByteSize limit, long hits, long evictions) {}
