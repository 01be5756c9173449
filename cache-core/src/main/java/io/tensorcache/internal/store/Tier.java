package io.tensorcache.internal.store;

/** Where a row lies. */
public enum Tier {
  /** On the Java heap, as an object. */
  HEAP,
  /** In direct memory, as a checked entry. */
  OFF_HEAP
}
