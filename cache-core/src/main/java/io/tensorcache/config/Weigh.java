package io.tensorcache.config;

/**
 * What a row is worth where not all rows fit, beside how often it is asked for.
 * <!-- region: weigh, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .heap(ByteSize.ofMiB(64))
 *         .weigh(Weigh.SECONDS_SAVED) // rows of slow functions stay
 *         .build();
 * }</pre>
 */
public enum Weigh {
  /** Each hit counts for one: most rows are served. */
  HITS,
  /**
   * A hit counts for the time that it saves: rows of functions that take longer for each byte of
   * output drive out others, and stay longer. The time is measured as a function computes rows, or
   * known from an earlier program that used the same store; until then its rows count as those they
   * are compared with.
   */
  SECONDS_SAVED
}
