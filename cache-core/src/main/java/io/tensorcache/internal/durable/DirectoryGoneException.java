package io.tensorcache.internal.durable;

import java.io.IOException;

/** The path of a directory no longer leads to it. */
final class DirectoryGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  DirectoryGoneException(String message) {
    super(message);
  }
}
