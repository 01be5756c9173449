package io.tensorcache.error;

/**
 * The CUDA driver is missing, refused something, or a device failed. Where a cache meets it, the
 * function runs instead.
 */
public final class DeviceException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /** Says what, with which value, and what to do. No code of the driver. */
  public DeviceException(String message) {
    this(message, 0);
  }

  /** The same with the result code of the driver. */
  public DeviceException(String message, int code) {
    super(message);
    this.code = code;
  }

  /** The same with what caused it. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
    this.code = cause instanceof DeviceException device ? device.code : 0;
  }

  /** The {@code CUresult} of the driver, or 0 if it gave none. */
  public int code() {
    return code;
  }
}
