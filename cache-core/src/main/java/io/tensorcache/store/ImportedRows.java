package io.tensorcache.store;

import io.tensorcache.tensor.TensorKey;

/**
 * What an import did.
 *
 * @param function whose rows they are
 * @param fingerprint the digest of their fingerprint
 * @param rows rows that were stored
 * @param present rows that were there already and stayed as they were
 */
public record ImportedRows(String function, TensorKey fingerprint, long rows, long present) {}
