package io.tensorcache.internal.durable;

/**
 * Entries that were removed, or would be.
 *
 * @param entries how many; a key stored by two processes counts twice
 * @param byteCount bytes they take in their segments
 */
public record PruneCount(long entries, long byteCount) {
  static final PruneCount NONE = new PruneCount(0, 0);

  PruneCount plus(PruneCount other) {
    return new PruneCount(entries + other.entries, byteCount + other.byteCount);
  }
}
