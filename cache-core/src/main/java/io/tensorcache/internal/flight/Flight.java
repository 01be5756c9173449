package io.tensorcache.internal.flight;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One computation under way, and what came of it. Safe for use by several threads.
 *
 * @param <V> what is computed
 */
public class Flight<V> {
  /** At first, then twice as long each time: thousands of virtual threads may wait. */
  private static final long LOOK_MILLIS = 100;

  private static final long LONGEST_LOOK_MILLIS = 1_000;

  private final Owner owner;
  private final CompletableFuture<@Nullable V> result = new CompletableFuture<>();

  protected Flight(Owner owner) {
    this.owner = owner;
  }

  /** Who computes it. */
  public final Owner owner() {
    return owner;
  }

  /**
   * Ends it with what was computed, or with null if there is nothing: waiting threads then see for
   * themselves. Only the first call counts. Needs no memory.
   */
  protected final void complete(@Nullable V value) {
    result.complete(value);
  }

  /** True if it was ended by {@link #complete}. */
  protected final boolean isComplete() {
    return result.isDone();
  }

  /** True if nobody works on it any more. */
  public final boolean hasLanded() {
    return result.isDone() || owner.hasEnded;
  }

  /**
   * What the other thread computed. Null if there is nothing; or, before it has landed, if this
   * thread was interrupted or that thread is gone or has been waiting itself for the whole of the
   * patience: it may be waiting for this one.
   */
  public final @Nullable V await(Duration patience) {
    long waitedSince = System.nanoTime();
    long lookMillis = LOOK_MILLIS;
    while (true) {
      try {
        return result.get(lookMillis, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        lookMillis = Math.min(2 * lookMillis, LONGEST_LOOK_MILLIS);
        if (owner.hasEnded) {
          return result.getNow(null);
        }
        if (owner.thread.getState() == Thread.State.RUNNABLE) {
          waitedSince = System.nanoTime();
        } else if (System.nanoTime() - waitedSince > patience.toNanos()
            || !owner.thread.isAlive()) {
          return null;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } catch (ExecutionException e) {
        throw new AssertionError("a flight is never completed exceptionally", e);
      }
    }
  }
}
