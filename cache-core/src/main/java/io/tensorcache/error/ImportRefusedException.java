package io.tensorcache.error;

/** Exported rows are not what they should be. Nothing of them was stored. */
public final class ImportRefusedException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public ImportRefusedException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public ImportRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
