package io.tensorcache.benchmarks.gpu;

/** Something that is needed for a figure is not here; the message says what, in one line. */
final class NotMeasuredException extends Exception {
  private static final long serialVersionUID = 1L;

  NotMeasuredException(String reason) {
    super(reason);
  }
}
