package io.tensorcache.scope;

/**
 * Why an entry left its scope. An entry that leaves because one it depends on did has the cause of
 * that one.
 */
public enum RemovalCause {
  /** To make room, in the scope or in the tiers of the cache. */
  EVICTED,
  /** Its time to live was over. */
  EXPIRED,
  /** By name, by a read-once access, or with its scope. */
  REMOVED,
  /** By a reset of the scope or of the cache. */
  RESET,
  /** The program let go of a weakly held value, or closed it. */
  COLLECTED,
  /** The level of the scope was lowered below its own, or trimmed to one. */
  LEVEL,
  /** Another value took its place. */
  REPLACED
}
