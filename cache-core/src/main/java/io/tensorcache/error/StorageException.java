package io.tensorcache.error;

/** A tier failed to read or write. The function ran instead, and nothing was lost but time. */
public final class StorageException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public StorageException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
