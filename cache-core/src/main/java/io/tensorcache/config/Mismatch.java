package io.tensorcache.config;

/** What happens when a row that was served differs from the same row computed again. */
public enum Mismatch {
  /** The listener is told, the row is dropped, and the call returns the row just computed. */
  REPORT,
  /** The same, but the call throws {@code MismatchException} instead of returning. */
  FAIL
}
