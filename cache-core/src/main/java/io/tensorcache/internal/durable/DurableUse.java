package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * What the store holds and did. Taken without stopping anyone: the numbers may be a moment apart.
 *
 * @param entries rows that can be found; a key stored by two processes counts twice
 * @param byteCount bytes of all files of the store, of every process, as last seen
 * @param limit what they may be at most
 * @param queuedBytes payload bytes that wait to be written
 * @param segments segment files
 * @param indexBytes memory of the index
 * @param written rows this process wrote
 * @param writtenBytes bytes this process wrote, moved rows and index files included
 * @param declined rows that were not admitted or not written: full, too large, busy or failed
 * @param evicted rows this process dropped to make room
 * @param losses how often something that was admitted was not kept, or may not be
 * @param failures how often {@link DurableEvents#failed} was called
 * @param refusal why nothing is written, or null if the store is writable
 */
public record DurableUse(
    long entries,
    long byteCount,
    ByteSize limit,
    long queuedBytes,
    int segments,
    long indexBytes,
    long written,
    long writtenBytes,
    long declined,
    long evicted,
    long losses,
    long failures,
    @Nullable String refusal) {}
