package io.tensorcache.internal.durable;

import java.io.IOException;

/** Something has the name of a file of the store and is none that may be used. */
final class SpecialFileException extends IOException {
  private static final long serialVersionUID = 1L;

  SpecialFileException(String message) {
    super(message);
  }
}
