package io.tensorcache.internal.gate;

/**
 * How much more a gate serves than a cache that lets all in, of a sample of the keys. Guarded by
 * its owner.
 */
final class Score {
  /** For a row that the gate serves and the other one does not, and the other way round. */
  private static final int FOR_GATE = 5;

  private static final int FOR_ALL = 4;

  private double score;

  /** What is no chance any more, where so many rows are followed. */
  static long limit(long rows) {
    return 4 * Math.max(32, rows / 16);
  }

  /**
   * Counts one look-up.
   *
   * @param share what a hit is worth beside the mean
   */
  void count(boolean byGate, boolean byAll, double share) {
    if (byGate != byAll) {
      score += share * (byGate ? FOR_GATE : -FOR_ALL);
    }
  }

  /** What is more than this is forgotten. */
  void keepBelow(long limit) {
    score = Math.min(score, limit);
  }

  void set(long value) {
    score = value;
  }

  /** True if a gate serves more, by this. */
  boolean isForGate(long limit) {
    return score >= limit;
  }

  /** True if a cache that lets all in serves more, by this. */
  boolean isForAll(long limit) {
    return score <= -limit;
  }
}
