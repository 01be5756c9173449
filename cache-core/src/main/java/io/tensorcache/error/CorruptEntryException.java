package io.tensorcache.error;

/** A stored entry does not pass its checks. It is dropped, counted and computed again. */
public final class CorruptEntryException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public CorruptEntryException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public CorruptEntryException(String message, Throwable cause) {
    super(message, cause);
  }
}
