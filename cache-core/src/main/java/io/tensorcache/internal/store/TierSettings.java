package io.tensorcache.internal.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;

/**
 * How large the memory tiers are and what they do when they are full.
 *
 * @param heap most bytes of rows on the Java heap, 256 per row for the objects around the payload
 *     included; 0 for no such tier
 * @param offHeap direct memory of the off-heap tier, allocated at once; 0 for no such tier, else at
 *     least 1 MiB
 * @param whenFull what happens to a row that does not fit any more
 * @param compression of the entries in the off-heap tier
 */
public record TierSettings(
    ByteSize heap, ByteSize offHeap, WhenFull whenFull, Compression compression) {}
