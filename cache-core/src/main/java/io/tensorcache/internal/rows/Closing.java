package io.tensorcache.internal.rows;

import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Ends the parts of something, every one, whatever another one throws, an {@code Error} too. What
 * they threw is told at the end, when nothing is left to do. Confined to one thread.
 */
public final class Closing {
  private final List<TensorCacheException> failures = new ArrayList<>();

  private Closing() {}

  /**
   * Ends all parts, then tells what failed. A thread that is interrupted waits for them too, and
   * stays interrupted: else it would close files under the hands of others.
   */
  public static void all(Consumer<Closing> parts, Consumer<TensorCacheException> tell) {
    boolean isInterrupted = Thread.interrupted();
    try {
      Closing closing = new Closing();
      parts.accept(closing);
      closing.failures.forEach(tell);
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends one part. */
  public void part(String what, Runnable end) {
    try {
      end.run();
    } catch (Throwable e) {
      note(what, e);
    }
  }

  private void note(String what, Throwable e) {
    try {
      failures.add(
          e instanceof TensorCacheException known
              ? known
              : new StorageException("closing " + what + " failed: " + e, e));
    } catch (OutOfMemoryError noRoom) {
      return; // not even for telling it: the other parts are ended all the same
    }
  }
}
