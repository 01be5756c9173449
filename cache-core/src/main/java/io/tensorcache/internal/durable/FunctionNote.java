package io.tensorcache.internal.durable;

import org.jspecify.annotations.Nullable;

/**
 * What a store remembers of a function under a fingerprint besides its rows.
 *
 * @param of which function and fingerprint
 * @param rows that were computed when the time was measured; 0 if it was not
 * @param nanos that computing them took
 * @param code names the code that computed them, as far as that can be told; empty if it cannot
 */
public record FunctionNote(Provenance of, long rows, long nanos, String code) {
  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FunctionNote that
        && rows == that.rows
        && nanos == that.nanos
        && of.equals(that.of)
        && code.equals(that.code);
  }
}
