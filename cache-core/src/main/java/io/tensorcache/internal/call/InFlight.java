package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are being computed now, and by whom, so that a row is computed once. A thread lands
 * all it has claimed before it waits for another, and neither claims nor waits inside a function or
 * while it is interrupted: no cycle can form, but through threads that a function starts and waits
 * for. There patience ends it. Safe for use by several threads.
 */
public final class InFlight {
  private static final long LOOK_MILLIS = 100;

  private final Duration patience;
  private final ConcurrentHashMap<TensorKey, Flight> flights = new ConcurrentHashMap<>();

  /**
   * @param patience how long a thread waits for one that is itself waiting: longer than a function
   *     may wait for a remote service, say
   */
  public InFlight(Duration patience) {
    this.patience = patience;
  }

  /** Who claims rows for one attempt to compute them. */
  static final class Owner {
    private final Thread thread = Thread.currentThread();

    /**
     * Set at the end of the attempt, without a call: no matter how much memory and stack are left,
     * nobody waits any longer for what has not landed.
     */
    volatile boolean hasEnded;
  }

  /** One row on its way. */
  final class Flight {
    private final TensorKey key;
    private final Owner owner;
    private final CompletableFuture<@Nullable Row> result = new CompletableFuture<>();

    /** The one before it of the same owner. */
    final @Nullable Flight before;

    private Flight(TensorKey key, Owner owner, @Nullable Flight before) {
      this.key = key;
      this.owner = owner;
      this.before = before;
    }

    /**
     * Ends it with the row, or with null if there is none: waiting threads then see for themselves.
     * Only the first call counts. Needs no memory.
     */
    void land(@Nullable Row row) {
      if (result.isDone()) {
        return;
      }
      try {
        flights.remove(key, this);
      } catch (OutOfMemoryError e) {
        // of the map's counters: a flight that has landed is not in the way, see start
      } finally {
        result.complete(row);
      }
    }

    /** True if nobody works on it any more. */
    boolean hasLanded() {
      return result.isDone() || owner.hasEnded;
    }

    /**
     * The row another thread computed. Null if it failed; or, before it has landed, if this thread
     * was interrupted or that thread is gone or has been waiting itself for the whole of {@link
     * #patience}: it may be waiting for this one.
     */
    @Nullable Row await() {
      long waitedSince = System.nanoTime();
      while (true) {
        try {
          return result.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
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

  /** A new flight of this row. */
  Flight newFlight(TensorKey key, Owner owner, @Nullable Flight before) {
    return new Flight(key, owner, before);
  }

  /** Starts a flight; null if it is now under way, else the one that already is. */
  @Nullable Flight start(Flight flight) {
    while (true) {
      Flight other = flights.putIfAbsent(flight.key, flight);
      if (other == null || !other.hasLanded()) {
        return other;
      }
      if (flights.replace(flight.key, other, flight)) { // could not be removed
        return null;
      }
    }
  }

  /** Flights under way. */
  public int size() {
    return flights.size();
  }
}
