package io.tensorcache.error;

/**
 * A tier failed to read or write. The function ran instead, and nothing was lost but time.
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
public final class StorageException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what, with which value, and what to do. */
  public StorageException(String message) {
    super(message);
  }

  /** Takes such a message, and what caused it. */
  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
