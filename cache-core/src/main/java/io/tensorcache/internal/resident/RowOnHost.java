package io.tensorcache.internal.resident;

/**
 * A copy of a row, and what is known of this very row: another of the same key may be there a
 * moment later.
 *
 * @param about what is known of it
 * @param parts the bytes of each part
 */
public record RowOnHost<A>(A about, byte[][] parts) {}
