package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.flight.Flight;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.internal.flight.UnderWay;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are being computed now, and by whom, so that a row is computed once. A thread lands
 * all it has claimed before it waits for another, and neither claims nor waits inside a function or
 * while it is interrupted: no cycle can form, but through threads that a function starts and waits
 * for. There patience ends it. Safe for use by several threads.
 */
public final class InFlight {
  private final Duration patience;
  private final UnderWay<TensorKey, RowFlight> flights = new UnderWay<>();

  /**
   * @param patience how long a thread waits for one that is itself waiting: longer than a function
   *     may wait for a remote service, say
   */
  public InFlight(Duration patience) {
    this.patience = patience;
  }

  /** One row on its way. */
  final class RowFlight extends Flight<Row> {
    private final TensorKey key;

    /** The one before it of the same owner. */
    final @Nullable RowFlight before;

    private RowFlight(TensorKey key, Owner owner, @Nullable RowFlight before) {
      super(owner);
      this.key = key;
      this.before = before;
    }

    /**
     * Ends it with the row, or with null if there is none: waiting threads then see for themselves.
     * Only the first call counts. Needs no memory.
     */
    void land(@Nullable Row row) {
      if (isComplete()) {
        return;
      }
      try {
        flights.remove(key, this);
      } finally {
        complete(row);
      }
    }

    /** The row another thread computed, or null; see {@link Flight#await(Duration)}. */
    @Nullable Row await() {
      return await(patience);
    }
  }

  /** A new flight of this row. */
  RowFlight newFlight(TensorKey key, Owner owner, @Nullable RowFlight before) {
    return new RowFlight(key, owner, before);
  }

  /** Starts a flight; null if it is now under way, else the one that already is. */
  @Nullable RowFlight start(RowFlight flight) {
    return flights.start(flight.key, flight);
  }

  /** Flights under way. */
  public int size() {
    return flights.size();
  }
}
