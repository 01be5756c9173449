package io.tensorcache.config;

/**
 * When the durable store asks the operating system to put what was written on the disk itself. A
 * process that dies, also by kill -9, loses nothing of what was written under any policy; these
 * differ when the machine loses power or the operating system fails.
 */
public enum SyncPolicy {
  /** After each group of writes: what is acknowledged survives a loss of power. The slowest. */
  EVERY_WRITE,
  /**
   * At most one interval after a write, after some tens of mebibytes, and when flushed: a loss of
   * power costs one interval.
   */
  INTERVAL,
  /** When a segment is full and at close: a loss of power may cost what is in the open segment. */
  ON_CLOSE
}
