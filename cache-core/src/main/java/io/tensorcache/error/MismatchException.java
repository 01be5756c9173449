package io.tensorcache.error;

/**
 * A row that the cache served differs from the same row computed again: the function changed under
 * its name and fingerprint, depends on more than its row, or does not return the same twice. The
 * row was dropped.
 * <!-- region: mismatch, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> checked =
 *     cache
 *         .function("drifting", Fingerprint.version("1"), HostTensor.adapter())
 *         .verifying(1) // every hit
 *         .onMismatch(Mismatch.FAIL)
 *         .probing(false)
 *         .wrap(x -> drifting(x)); // returns something else at each call
 * checked.apply(batch);
 * try {
 *   checked.apply(batch);
 * } catch (MismatchException e) {
 *   System.err.println("row " + e.key() + " is off by " + e.largestDifference());
 * }
 * }</pre>
 */
public final class MismatchException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final double largestDifference;

  /**
   * Takes a message that says what, with which value, and what to do.
   *
   * @param key of the row, 32 hexadecimal digits
   * @param largestDifference between two of its elements, absolute; 0 if only bits of zeros or NaNs
   *     differ, infinite if one of two elements is infinite or not a number, or the shapes differ
   */
  public MismatchException(String message, String key, double largestDifference) {
    super(message);
    this.key = key;
    this.largestDifference = largestDifference;
  }

  /** Returns the key of the row, 32 hexadecimal digits. */
  public String key() {
    return key;
  }

  /** Returns the largest absolute difference of two elements, as the constructor says. */
  public double largestDifference() {
    return largestDifference;
  }
}
