package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.tensor.TensorKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The missing rows of one call, split into those this thread computes and those it waits for.
 * Confined to one thread.
 */
final class Claims implements AutoCloseable {
  private final RowList mine = new RowList();
  private final Owner owner;
  private final Map<Integer, InFlight.RowFlight> started = new HashMap<>();

  /** The last one, which leads to all others: to be landed when there is no memory. */
  private InFlight.@Nullable RowFlight last;

  private final Map<Integer, InFlight.RowFlight> awaited = new LinkedHashMap<>();

  private Claims(Owner owner) {
    this.owner = owner;
  }

  /**
   * Claims what is free.
   *
   * @param owner ended by the caller when it closes the claims, whatever that comes to
   * @param alone whether to compute all rows without a claim, whoever else does
   */
  static Claims of(InFlight inFlight, Owner owner, BatchKeys keys, RowList rows, boolean alone) {
    Claims claims = new Claims(owner);
    try {
      for (int i = 0; i < rows.size(); i++) {
        claims.claim(inFlight, keys.key(rows.get(i)), rows.get(i), alone);
      }
      return claims;
    } catch (Throwable e) { // out of memory: nobody else could land these
      claims.landRest();
      throw e;
    }
  }

  private void claim(InFlight inFlight, TensorKey key, int row, boolean alone) {
    InFlight.RowFlight flight = inFlight.newFlight(key, owner, last);
    last = flight; // before others can see it
    started.put(row, flight);
    InFlight.@Nullable RowFlight other = alone ? null : inFlight.start(flight);
    if (other == null) {
      mine.add(row);
    } else {
      started.remove(row);
      awaited.put(row, other);
    }
  }

  /** Rows for this thread. */
  RowList mine() {
    return mine;
  }

  /** Rows other threads are computing. */
  Map<Integer, InFlight.RowFlight> awaited() {
    return awaited;
  }

  /** Hands a computed row to the threads that wait for it. */
  void land(int row, @Nullable Row value) {
    InFlight.RowFlight flight = started.remove(row);
    if (flight != null) {
      flight.land(value);
    }
  }

  /** Lands the rows for this thread that were found after all: those that are not missing. */
  void landFound(RowList missing) {
    mine.without(missing).forEach(row -> land(row, null));
  }

  /**
   * Lands what has not landed yet, with nothing: call it before waiting for others. Needs no
   * memory.
   */
  void landRest() {
    for (InFlight.RowFlight flight = last; flight != null; flight = flight.before) {
      flight.land(null);
    }
  }

  /** Lands what has not landed yet, with nothing, where the call ends. */
  @Override
  public void close() {
    landRest();
  }
}
