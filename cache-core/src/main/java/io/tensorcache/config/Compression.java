package io.tensorcache.config;

/** How entries outside the Java heap are compressed. */
public enum Compression {
  /** Stored as they are. */
  NONE,
  /** LZ4 is tried on each entry and kept when it saves at least 5 % of the bytes. */
  LZ4
}
