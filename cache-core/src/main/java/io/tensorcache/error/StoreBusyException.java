package io.tensorcache.error;

/** Another process holds a lock of the durable store that is needed. Try again later. */
public final class StoreBusyException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public StoreBusyException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public StoreBusyException(String message, Throwable cause) {
    super(message, cause);
  }
}
