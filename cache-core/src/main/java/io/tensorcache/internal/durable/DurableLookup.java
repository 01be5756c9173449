package io.tensorcache.internal.durable;

/** What came of looking for a row in the durable store. */
public enum DurableLookup {
  /** Read and verified; the target holds the row. */
  HIT,
  /** Not there, expired, or it could not be read and that was told. */
  MISS,
  /** There, but not what the target expects: another output, shape, dtype or stored dtype. */
  OTHER_SCHEMA,
  /** Found damaged, dropped and told. */
  CORRUPT
}
