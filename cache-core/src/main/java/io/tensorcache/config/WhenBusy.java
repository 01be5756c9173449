package io.tensorcache.config;

/** What a store with a full write queue does with a new entry. */
public enum WhenBusy {
  /** Lets the caller wait until there is room. Every row is kept, at the speed of the disk. */
  WAIT,
  /** Does not admit the entry. The caller never waits for the disk. */
  DECLINE
}
