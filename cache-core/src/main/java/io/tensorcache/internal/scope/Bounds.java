package io.tensorcache.internal.scope;

/**
 * How much a scope holds at most, persisting entries aside.
 *
 * @param entries entries
 * @param bytes bytes of their values
 */
public record Bounds(long entries, long bytes) {
  /** No bound. */
  public static final Bounds NONE = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE);
}
