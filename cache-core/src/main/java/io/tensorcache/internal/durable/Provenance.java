package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.CanonicalText;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.TensorKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which computation a row comes from.
 *
 * @param function the name of the function; at most 4096 bytes of UTF-8
 * @param fingerprintHi the first 64 bits of the function's fingerprint
 * @param fingerprintLo the last 64 bits
 */
public record Provenance(String function, long fingerprintHi, long fingerprintLo) {
  static final int LONGEST_NAME_BYTES = 4096;

  /** Refuses a name that a segment cannot hold. */
  public Provenance {
    CanonicalText.requireWhole("a function", function);
    int bytes = function.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST_NAME_BYTES) {
      throw new IllegalArgumentException(
          "a function name of " + bytes + " bytes: at most " + LONGEST_NAME_BYTES);
    }
  }

  /** True if a row of this, stored then, meets every condition. */
  boolean isIn(RowSelection selection, Instant stored) {
    TensorKey fingerprint = selection.fingerprint();
    boolean isOfFingerprint =
        fingerprint != null
            && fingerprint.hi() == fingerprintHi
            && fingerprint.lo() == fingerprintLo;
    return (selection.function() == null || selection.function().equals(function))
        && (fingerprint == null || isOfFingerprint != selection.isOther())
        && (selection.before() == null || stored.isBefore(selection.before()));
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Provenance that
        && fingerprintHi == that.fingerprintHi
        && fingerprintLo == that.fingerprintLo
        && function.equals(that.function);
  }
}
