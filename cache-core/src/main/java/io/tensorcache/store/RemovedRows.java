package io.tensorcache.store;

import io.tensorcache.config.ByteSize;

/**
 * Rows that were removed from a durable store, or would be.
 * <!-- region: prune, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * try (RowStore store = RowStore.openForChanges(directory, "features", ByteSize.ofGiB(1))) {
 *   Instant lastMonth = Instant.now().minus(Duration.ofDays(30));
 *   RowSelection old = RowSelection.ofFunction("squares").storedBefore(lastMonth);
 *   RemovedRows would = store.wouldPrune(old); // counts, and changes nothing
 *   RemovedRows removed = store.prune(old);
 * }
 * }</pre>
 *
 * @param rows how many; a row stored by two processes counts twice
 * @param bytes what they took in the files. A file gives its bytes back when its last row goes.
 */
public record RemovedRows(long rows, ByteSize bytes) {}
