package io.tensorcache.config;

/** What the function is called with when some rows of a batch are stored and others are not. */
public enum PartialMiss {
  /** The distinct missing rows only: the fastest. */
  COMPUTE_MISSING,
  /**
   * The whole batch, and its outputs are returned as they are. For engines whose results depend in
   * the last bits on the batch size, where every call must equal an uncached one.
   */
  RECOMPUTE_BATCH
}
