package io.tensorcache.config;

/**
 * What happens when a row that was served differs from the same row computed again.
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
public enum Mismatch {
  /** The listener is told, the row is dropped, and the call returns the row just computed. */
  REPORT,
  /**
   * The listener is told and the row is dropped, and the call throws {@code MismatchException}
   * instead of returning.
   */
  FAIL
}
