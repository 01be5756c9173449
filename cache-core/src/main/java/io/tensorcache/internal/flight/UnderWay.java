package io.tensorcache.internal.flight;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The flights under way that others may wait for, by what they compute. Safe for use by several
 * threads.
 *
 * @param <K> names what is computed
 * @param <F> the flights
 */
public final class UnderWay<K, F extends Flight<?>> {
  private final ConcurrentHashMap<K, F> flights = new ConcurrentHashMap<>();

  /** None at first. */
  public UnderWay() {}

  /** Makes a flight the one to wait for; null if it is now, else the one that already is. */
  public @Nullable F start(K key, F flight) {
    while (true) {
      F other = flights.putIfAbsent(key, flight);
      if (other == null || !other.hasLanded()) {
        return other;
      }
      if (flights.replace(key, other, flight)) { // could not be removed
        return null;
      }
    }
  }

  /**
   * Who asks from now on does not wait for it. Throws nothing where memory has run out: one that
   * has landed is not in the way, see {@link #start}.
   */
  public void remove(K key, F flight) {
    try {
      flights.remove(key, flight);
    } catch (OutOfMemoryError e) {
      return; // of the map's counters
    }
  }

  /** How many there are. */
  public int size() {
    return flights.size();
  }
}
