package io.tensorcache.error;

/**
 * Exported rows are not what they should be. Nothing of them was stored.
 * <!-- region: import-refused, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * try {
 *   store.importRows(exported, ImportCheck.ANY, rowsSoFar -> {});
 * } catch (ImportRefusedException e) {
 *   System.err.println(e.getMessage()); // what is not as it should be; nothing was stored
 * }
 * }</pre>
 */
public final class ImportRefusedException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public ImportRefusedException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public ImportRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
