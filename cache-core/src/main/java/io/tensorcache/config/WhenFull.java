package io.tensorcache.config;

/** What a full tier does with a new entry. */
public enum WhenFull {
  /** Makes room by dropping what was used least recently. Suits working sets that change. */
  EVICT,
  /** Keeps what it has and admits nothing more. Suits epochs over data that does not fit. */
  KEEP_FIRST
}
