package io.tensorcache.internal.rows;

import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * When rows of persisting functions came into memory, for a cache whose store has a time to live: a
 * row must not outlive it there. What is not known counts as old. Safe for use by several threads.
 */
final class RowAges {
  /** So many rows may enter before what is old is forgotten. */
  private static final int SWEEP = 1 << 16;

  private final long liveMillis;
  private final InstantSource clock;
  private final Map<TensorKey, Long> entered = new ConcurrentHashMap<>(); // milliseconds
  private final AtomicInteger sinceSweep = new AtomicInteger();

  RowAges(Duration timeToLive, InstantSource clock) {
    this.liveMillis = timeToLive.toMillis();
    this.clock = clock;
  }

  /** A row that was just computed is about to enter; one that is there keeps its age. */
  void enters(TensorKey key) {
    long now = clock.millis();
    entered.putIfAbsent(key, now);
    if (sinceSweep.incrementAndGet() >= SWEEP) {
      sinceSweep.set(0);
      entered.values().removeIf(at -> now - at >= liveMillis);
    }
  }

  /** True if a row may be served from memory. */
  boolean isYoung(TensorKey key) {
    Long at = entered.get(key);
    return at != null && clock.millis() - at < liveMillis;
  }

  void left(TensorKey key) {
    entered.remove(key);
  }

  void clear() {
    entered.clear();
  }
}
