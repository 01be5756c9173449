package io.tensorcache.store;

import io.tensorcache.config.ByteSize;

/**
 * Rows that were removed from a durable store, or would be.
 *
 * @param rows how many; a row stored by two processes counts twice
 * @param bytes what they took in the files. A file gives its bytes back when its last row goes.
 */
public record RemovedRows(long rows, ByteSize bytes) {}
