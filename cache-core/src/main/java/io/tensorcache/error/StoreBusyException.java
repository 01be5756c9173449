package io.tensorcache.error;

/**
 * Another process holds a lock of the durable store that is needed. Try again later.
 * <!-- region: store-busy, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * try (RowStore store = RowStore.openForChanges(directory, "features", ByteSize.ofGiB(1))) {
 *   store.clear();
 * } catch (StoreBusyException e) {
 *   System.err.println(e.getMessage()); // which lock another process holds: try again later
 * }
 * }</pre>
 */
public final class StoreBusyException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public StoreBusyException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public StoreBusyException(String message, Throwable cause) {
    super(message, cause);
  }
}
