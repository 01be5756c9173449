package io.tensorcache.config;

/**
 * What one entry of a function stands for.
 * <!-- region: granularity, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> kernel =
 *     cache
 *         .function("kernel", Fingerprint.version("1"), HostTensor.adapter())
 *         .granularity(Granularity.WHOLE) // one key for the whole tensor
 *         .wrap(x -> kernelMatrix(x)); // [n, d] to [n, n]
 * }</pre>
 */
public enum Granularity {
  /**
   * An entry is one row of the batch: the function maps row i of its inputs to row i of its
   * outputs, independently of other rows.
   */
  ROWS,
  /**
   * An entry is all inputs together: there is one key, and outputs have any shape. It is for kernel
   * matrices and statistics.
   */
  WHOLE
}
