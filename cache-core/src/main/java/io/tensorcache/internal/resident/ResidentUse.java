package io.tensorcache.internal.resident;

/**
 * What the rows of one device take.
 *
 * @param device the ordinal
 * @param entries rows
 * @param byteCount bytes taken from the device for rows, each part rounded up to 256
 * @param limitBytes bytes at most
 * @param hits rows served on this device
 * @param evictions rows dropped to make room
 * @param demotions rows that moved to the host to make room
 * @param refusals times that the device had no memory left for a batch of rows
 */
public record ResidentUse(
    int device,
    long entries,
    long byteCount,
    long limitBytes,
    long hits,
    long evictions,
    long demotions,
    long refusals) {}
