package io.tensorcache.internal.durable;

/** A file of a format version that this program does not know. It is left as it is. */
final class NewerFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NewerFormatException(String message) {
    super(message);
  }
}
