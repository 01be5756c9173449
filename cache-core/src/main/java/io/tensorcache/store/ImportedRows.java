package io.tensorcache.store;

import io.tensorcache.tensor.TensorKey;

/**
 * What an import did.
 * <!-- region: import-rows, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * try (RowStore store = RowStore.create(elsewhere, "features", ByteSize.ofGiB(1))) {
 *   ImportCheck expected = new ImportCheck("squares", Fingerprint.version("1").digest());
 *   ImportedRows imported = store.importRows(exported, expected, rowsSoFar -> {});
 * }
 * }</pre>
 *
 * @param function whose rows they are
 * @param fingerprint the digest of their fingerprint
 * @param rows rows that were stored
 * @param present rows that were there already and stayed as they were
 */
public record ImportedRows(String function, TensorKey fingerprint, long rows, long present) {}
