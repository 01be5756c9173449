package io.tensorcache.config;

/**
 * What the function is called with when some rows of a batch are stored and others are not.
 * <!-- region: partial-miss, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> squares =
 *     cache
 *         .function("squares", Fingerprint.version("1"), HostTensor.adapter())
 *         .onPartialMiss(PartialMiss.RECOMPUTE_BATCH) // one miss: all rows are computed
 *         .wrap(x -> slowSquares(x));
 * }</pre>
 */
public enum PartialMiss {
  /** The function gets the distinct missing rows only, which is the fastest. */
  COMPUTE_MISSING,
  /**
   * The function gets the whole batch, and its outputs are returned as they are. This is for
   * engines whose results depend in the last bits on the batch size, where every call must equal an
   * uncached one.
   */
  RECOMPUTE_BATCH
}
