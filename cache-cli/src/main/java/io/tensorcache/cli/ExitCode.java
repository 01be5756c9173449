package io.tensorcache.cli;

/** What a command ends with. */
public final class ExitCode {
  /** It did what it was asked, and found nothing wrong. */
  public static final int OK = 0;

  /** A check failed, or files could not be read or written. */
  public static final int FAILED = 1;

  /** The command line makes no sense. */
  public static final int USAGE = 2;

  /** Another process holds what is needed. */
  public static final int BUSY = 3;

  private ExitCode() {}
}
