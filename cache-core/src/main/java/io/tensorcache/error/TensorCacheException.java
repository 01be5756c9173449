package io.tensorcache.error;

/**
 * Something the cache or its surroundings did wrong, as opposed to a programming error of the
 * caller.
 */
public class TensorCacheException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public TensorCacheException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public TensorCacheException(String message, Throwable cause) {
    super(message, cause);
  }
}
