package io.tensorcache.error;

/** A native library is missing, cannot be loaded or gives wrong answers. */
public final class NativeLibraryException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public NativeLibraryException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
