package io.tensorcache.internal.device;

/**
 * One piece of device memory of a list.
 *
 * @param address any alignment
 * @param byteCount its length
 * @param t0 the tweak
 * @param t1 the tweak
 */
public record ListItem(long address, long byteCount, long t0, long t1) {}
