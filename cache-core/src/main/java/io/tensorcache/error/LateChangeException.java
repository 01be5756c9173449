package io.tensorcache.error;

/**
 * A computation had changed some calls before that was noticed: rows that were stored in between
 * are dropped, but they may have been served.
 */
public final class LateChangeException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what changed, what was dropped and how to notice it at once. */
  public LateChangeException(String message) {
    super(message);
  }
}
