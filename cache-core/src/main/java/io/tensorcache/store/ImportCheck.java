package io.tensorcache.store;

import io.tensorcache.tensor.TensorKey;
import org.jspecify.annotations.Nullable;

/**
 * What an import must be of. Immutable.
 * <!-- region: import-rows, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * try (RowStore store = RowStore.create(elsewhere, "features", ByteSize.ofGiB(1))) {
 *   ImportCheck expected = new ImportCheck("squares", Fingerprint.version("1").digest());
 *   ImportedRows imported = store.importRows(exported, expected, rowsSoFar -> {});
 * }
 * }</pre>
 *
 * @param function the function its rows must come from; null for any
 * @param fingerprint the digest of the fingerprint they must have; null for any
 */
public record ImportCheck(@Nullable String function, @Nullable TensorKey fingerprint) {
  /** Admits rows of any function and fingerprint: their keys say what they belong to. */
  public static final ImportCheck ANY = new ImportCheck(null, null);
}
