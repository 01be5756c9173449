package io.tensorcache.internal.durable;

import java.io.IOException;

/** Another process holds a lock that is needed. */
public final class BusyException extends IOException {
  private static final long serialVersionUID = 1L;

  BusyException(String message) {
    super(message);
  }
}
