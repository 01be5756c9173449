package io.tensorcache.internal.store;

/** What came of looking for a row. */
public enum Lookup {
  /** In device memory: copied, or about to be, by whoever asked. */
  DEVICE_HIT,
  /** Copied from the heap tier. */
  HEAP_HIT,
  /** Decoded and verified from the off-heap tier. */
  OFF_HEAP_HIT,
  /** Decoded and verified from the disk tier. */
  DISK_HIT,
  /** Not there, or a tier failed and said so. */
  MISS,
  /** There, but not what the target expects: another output, shape, dtype or stored dtype. */
  OTHER_SCHEMA,
  /** Found damaged, dropped and reported. */
  CORRUPT;

  /** True if the target now holds the row. */
  public boolean isHit() {
    return this == DEVICE_HIT || this == HEAP_HIT || this == OFF_HEAP_HIT || this == DISK_HIT;
  }
}
