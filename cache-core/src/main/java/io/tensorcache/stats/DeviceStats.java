package io.tensorcache.stats;

import io.tensorcache.config.ByteSize;

/**
 * What the device tier holds on one CUDA device now.
 * <!-- region: device-stats, from StatsExamplesTest.java -->
 *
 * <pre>{@code
 * for (DeviceStats device : cache.stats().devices()) { // none without device(...)
 *   lines.add("device " + device.device() + ": " + device.entries() + " rows");
 * }
 * }</pre>
 *
 * @param device the driver's ordinal
 * @param entries rows held
 * @param bytes bytes taken from the device for them, each output of a row rounded up to 256
 * @param limit bytes at most
 * @param hits rows served from this device to tensors on it
 * @param evictions rows dropped to make room
 * @param demotions rows that moved to the heap or off-heap tier to make room
 */
public record DeviceStats(
    int device,
    long entries,
    ByteSize bytes,
    ByteSize limit,
    long hits,
    long evictions,
    long demotions) {}
