package io.tensorcache.error;

/**
 * A stored entry does not pass its checks. It is dropped, counted and computed again.
 * <!-- region: failures, from ErrorExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .listener(
 *             failure -> {
 *               if (failure instanceof LateChangeException) {
 *                 stale.incrementAndGet(); // rows of other weights may have been served
 *               } else if (failure instanceof CorruptEntryException
 *                   || failure instanceof StorageException
 *                   || failure instanceof DeviceException) {
 *                 slower.incrementAndGet(); // the function ran instead
 *               }
 *             })
 *         .build();
 * }</pre>
 */
public final class CorruptEntryException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public CorruptEntryException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public CorruptEntryException(String message, Throwable cause) {
    super(message, cause);
  }
}
