package io.tensorcache.cli;

/** Nobody takes the answer any more. */
final class OutputEndedException extends RuntimeException {
  static final String MESSAGE =
      "standard output ended before the answer did: a closed pipe, or a full disk";

  private static final long serialVersionUID = 1;

  OutputEndedException() {
    super(MESSAGE);
  }
}
