package io.tensorcache.stats;

/** Why a row was not served from the cache. */
public enum MissReason {
  /** Never seen under this function and fingerprint, or past the time to live of the store. */
  COLD,
  /**
   * Was stored and has been dropped to make room. Known for about the last 65,536 dropped rows;
   * older ones count as cold.
   */
  EVICTED,
  /** The same row is stored under an earlier fingerprint of the function. */
  OTHER_FINGERPRINT,
  /** What was stored did not pass its checks. */
  CORRUPT,
  /** The stored row has another shape than the rest of its batch. */
  OTHER_SHAPE,
  /** Another thread was computing the row, and this one computed it too, with its whole batch. */
  IN_FLIGHT,
  /** The function's level is above the level of the cache. */
  LEVEL,
  /** The keys or the result could not be made on the device of the input; see the listener. */
  DEVICE,
  /** The batch was computed as a whole ({@code RECOMPUTE_BATCH}) although this row was stored. */
  RECOMPUTED
}
