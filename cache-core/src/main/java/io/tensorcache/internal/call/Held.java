package io.tensorcache.internal.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call holds until it ends. */
final class Held {
  private Held() {}

  /**
   * Closes and forgets all, whichever of them fail, and throws the first failure afterwards: but no
   * {@code OutOfMemoryError}. It may be what ends the call, which must not meet itself. Needs no
   * memory.
   */
  static void closeAll(List<? extends @Nullable AutoCloseable> held) {
    Throwable failure = null;
    for (int i = 0; i < held.size(); i++) {
      Throwable thrown = close(held.get(i));
      failure = failure == null ? thrown : failure;
    }
    held.clear();
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }
  }

  private static @Nullable Throwable close(@Nullable AutoCloseable each) {
    try {
      if (each != null) {
        each.close();
      }
      return null;
    } catch (OutOfMemoryError e) {
      return null;
    } catch (Exception | Error e) {
      return e;
    }
  }
}
