package io.tensorcache.error;

/**
 * A cached function returned something that cannot be the outputs of the rows it got. Nothing was
 * stored.
 * <!-- region: function-contract, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> first =
 *     cache.wrap(
 *         "first",
 *         Fingerprint.version("1"),
 *         HostTensor.adapter(),
 *         x -> HostTensor.adapter().selectRows(x, new int[] {0})); // one row for any batch
 * try {
 *   first.apply(batch);
 * } catch (FunctionContractException e) {
 *   System.err.println(e.getMessage()); // 2 rows in, 1 row out
 * }
 * }</pre>
 */
public final class FunctionContractException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public FunctionContractException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public FunctionContractException(String message, Throwable cause) {
    super(message, cause);
  }
}
