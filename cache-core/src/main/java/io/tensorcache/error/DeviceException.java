package io.tensorcache.error;

/**
 * The CUDA driver is missing, refused something, or a device failed. Where a cache meets it, the
 * function runs instead.
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
public final class DeviceException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * Takes a message that says what, with which value, and what to do, without a code of the driver.
   */
  public DeviceException(String message) {
    this(message, 0);
  }

  /** Takes such a message, and the result code of the driver. */
  public DeviceException(String message, int code) {
    super(message);
    this.code = code;
  }

  /** Takes such a message, and what caused it. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
    this.code = cause instanceof DeviceException device ? device.code : 0;
  }

  /** Returns the {@code CUresult} of the driver, or 0 if it gave none. */
  public int code() {
    return code;
  }
}
