package io.tensorcache.internal.call;

import io.tensorcache.config.Mismatch;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a function are checked against the function itself.
 *
 * @param fraction of the hits that are computed again; 0 for none
 * @param tolerance that those may differ by, as {@link RowDifference} says
 * @param onMismatch what happens if they differ
 * @param probeTolerance that the row of the probe may differ by; negative for no probe
 */
public record RowChecks(
    double fraction, double tolerance, Mismatch onMismatch, double probeTolerance) {
  /**
   * Far above what batch sizes and TF32 do to the last bits, far below what rows that depend on
   * each other do.
   */
  public static final double PROBE_TOLERANCE = 0.01;

  static final RowChecks DEFAULT = new RowChecks(0, 0, Mismatch.REPORT, PROBE_TOLERANCE);

  /** Refuses what is no fraction or tolerance. */
  public RowChecks {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("verifying(" + fraction + "): must be 0 to 1");
    }
    checkTolerance("verifying", tolerance);
  }

  public static void checkTolerance(String option, double tolerance) {
    if (!(tolerance >= 0 && tolerance <= 1)) {
      throw new IllegalArgumentException(
          option + ": a tolerance of " + tolerance + ": must be 0 to 1");
    }
  }

  boolean verifies() {
    return fraction > 0;
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RowChecks that
        && Double.compare(fraction, that.fraction) == 0
        && Double.compare(tolerance, that.tolerance) == 0
        && onMismatch == that.onMismatch
        && Double.compare(probeTolerance, that.probeTolerance) == 0;
  }
}
