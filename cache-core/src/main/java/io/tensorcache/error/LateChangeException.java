package io.tensorcache.error;

/**
 * A computation had changed some calls before that was noticed: rows that were stored in between
 * are dropped, but they may have been served.
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
public final class LateChangeException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Takes a message that says what changed, what was dropped and how to notice it at once. */
  public LateChangeException(String message) {
    super(message);
  }
}
