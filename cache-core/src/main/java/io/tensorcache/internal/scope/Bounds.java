package io.tensorcache.internal.scope;

import org.jspecify.annotations.Nullable;

/**
 * How much a scope holds at most, persisting entries aside.
 *
 * @param entries entries
 * @param bytes bytes of their values
 * @param bytesToCollect bytes of values by reference that come in between two requests for a
 *     collection
 */
public record Bounds(long entries, long bytes, long bytesToCollect) {
  /** No bound. */
  public static final Bounds NONE = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE);

  /** Without requests for a collection. */
  public Bounds(long entries, long bytes) {
    this(entries, bytes, Long.MAX_VALUE);
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bounds that
        && entries == that.entries
        && bytes == that.bytes
        && bytesToCollect == that.bytesToCollect;
  }
}
