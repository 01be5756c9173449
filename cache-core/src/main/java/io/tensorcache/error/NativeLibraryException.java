package io.tensorcache.error;

/**
 * A native library is missing, cannot be loaded or gives wrong answers.
 * <!-- region: native-library, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * try (TensorCache cache =
 *     TensorCache.builder("features").keyBackend(KeyBackend.NATIVE).build()) {
 *   String backend = cache.config().keyBackendReason();
 * } catch (NativeLibraryException e) {
 *   System.err.println(e.getMessage()); // why it is not here; AUTO would take Java instead
 * }
 * }</pre>
 */
public final class NativeLibraryException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public NativeLibraryException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
