package io.tensorcache.store;

import io.tensorcache.tensor.TensorKey;
import org.jspecify.annotations.Nullable;

/**
 * What an import must be of. Immutable.
 *
 * @param function the function its rows must come from; null for any
 * @param fingerprint the digest of the fingerprint they must have; null for any
 */
public record ImportCheck(@Nullable String function, @Nullable TensorKey fingerprint) {
  /** Rows of any function and fingerprint: their keys say what they belong to. */
  public static final ImportCheck ANY = new ImportCheck(null, null);
}
