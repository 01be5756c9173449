package io.tensorcache.error;

/**
 * The cache or its surroundings did something wrong, as opposed to a programming error of the
 * caller.
 * <!-- region: cache-listener, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .listener(failure -> failures.add(failure)) // the call that met it goes on
 *         .build();
 * }</pre>
 */
public class TensorCacheException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public TensorCacheException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public TensorCacheException(String message, Throwable cause) {
    super(message, cause);
  }
}
