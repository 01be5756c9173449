package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How large the tiers are and what they do when they are full.
 *
 * @param heap most bytes of rows on the Java heap, 256 per row for the objects around the payload
 *     included; 0 for no such tier
 * @param offHeap direct memory of the off-heap tier, allocated at once; 0 for no such tier, else at
 *     least 1 MiB
 * @param disk bytes of the disk tier; 0 for no such tier, else at least 16 MiB
 * @param diskDirectory where the file of the disk tier goes, an empty directory for it alone; null
 *     without one. The owner deletes it after the tiers are closed.
 * @param whenFull what happens to a row that does not fit any more
 * @param compression of the entries in the off-heap tier and on the disk
 */
public record TierSettings(
    ByteSize heap,
    ByteSize offHeap,
    ByteSize disk,
    @Nullable Path diskDirectory,
    WhenFull whenFull,
    Compression compression) {}
