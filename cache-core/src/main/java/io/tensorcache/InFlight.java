package io.tensorcache;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are being computed now, and by whom, so that a row is computed once. A thread lands
 * all it has claimed before it waits for another, and neither claims nor waits inside a function or
 * while it is interrupted: no cycle of such threads can form. Safe for use by several threads.
 */
final class InFlight {
  private final ConcurrentHashMap<TensorKey, Flight> flights = new ConcurrentHashMap<>();
  private final ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);

  /** One row on its way. */
  final class Flight {
    private final TensorKey key;
    private final CompletableFuture<@Nullable Row> result = new CompletableFuture<>();

    private Flight(TensorKey key) {
      this.key = key;
    }

    /**
     * Ends it with the row, or with null if there is none: waiting threads then see for themselves.
     * Only the first call counts.
     */
    void land(@Nullable Row row) {
      flights.remove(key, this);
      result.complete(row);
    }

    /** The row another thread computed; null if it failed or this thread was interrupted. */
    @Nullable Row await() {
      try {
        return result.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } catch (ExecutionException e) {
        throw new AssertionError("a flight is never completed exceptionally", e);
      }
    }
  }

  /** A new flight of this row. */
  Flight newFlight(TensorKey key) {
    return new Flight(key);
  }

  /** Starts a flight; null if it is now under way, else the one that already is. */
  @Nullable Flight start(Flight flight) {
    return flights.putIfAbsent(flight.key, flight);
  }

  /** Flights under way. */
  int size() {
    return flights.size();
  }

  /** True on a thread that is inside a cached function. */
  boolean isInsideFunction() {
    return depth.get() > 0;
  }

  void enterFunction() {
    depth.set(depth.get() + 1);
  }

  void leaveFunction() {
    int left = depth.get() - 1;
    if (left == 0) {
      depth.remove();
    } else {
      depth.set(left);
    }
  }
}
