package io.tensorcache.error;

/**
 * A cached function returned something that cannot be the outputs of the rows it got. Nothing was
 * stored.
 */
public final class FunctionContractException extends TensorCacheException {
  private static final long serialVersionUID = 1L;

  /** Says what, with which value, and what to do. */
  public FunctionContractException(String message) {
    super(message);
  }

  /** The same with what caused it. */
  public FunctionContractException(String message, Throwable cause) {
    super(message, cause);
  }
}
