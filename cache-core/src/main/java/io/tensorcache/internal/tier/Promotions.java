package io.tensorcache.internal.tier;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The way up: a row that is served for the second time from below moves to the highest tier that
 * has room for it, and only through a gate at another's expense. Safe for use by several threads.
 */
final class Promotions {
  private final @Nullable HeapTier heap;
  private final @Nullable HeapPlacement gated; // of the heap tier if that has a gate
  private final Pools pools;
  private final MoveTickets tickets;
  private final SecondHits secondHits = new SecondHits();
  private final AtomicLong count = new AtomicLong();

  Promotions(
      @Nullable HeapTier heap,
      @Nullable HeapPlacement placement,
      Pools pools,
      MoveTickets tickets) {
    this.heap = heap;
    this.gated = placement != null && placement.hasGate() ? placement : null;
    this.pools = pools;
    this.tickets = tickets;
  }

  /** How many there were: a look-up that crossed one looks again. */
  long count() {
    return count.get();
  }

  /** A row was read in the pool of this number. */
  void hit(TensorKey key, int from, long byteCount) {
    if (!hasRoomAbove(from, byteCount) || !secondHits.isSecond(key)) {
      return;
    }
    long ticket = tickets.ticket(key);
    Row row = ticket == MoveTickets.NONE ? null : pools.get(from).row(key);
    if (row != null && addAbove(from, key, row)) {
      count.incrementAndGet();
      if (tickets.stands(key, ticket)) {
        pools.get(from).remove(key);
      } else {
        takeBack(key);
      }
    }
  }

  /** True if a row that was read below all tiers is worth reading once more, to be added here. */
  boolean isWanted(TensorKey key, long byteCount) {
    if (gated != null) {
      return gated.isWanted(key, byteCount);
    }
    return hasRoomAbove(pools.countInMemory(), byteCount) && secondHits.isSecond(key);
  }

  /** Adds a row from below all tiers; the ticket was taken before it was read there. */
  boolean add(TensorKey key, Row row, long ticket) {
    if (ticket == MoveTickets.NONE || !addFromBelow(key, row)) {
      return false;
    }
    if (!tickets.stands(key, ticket)) {
      takeBack(key);
      return false;
    }
    return true;
  }

  private boolean addFromBelow(TensorKey key, Row row) {
    return gated != null ? gated.addWanted(key, row) : addAbove(pools.countInMemory(), key, row);
  }

  private boolean hasRoomAbove(int pool, long byteCount) {
    return heap != null && heap.hasRoomFor(byteCount) || pools.hasRoom(pool, byteCount);
  }

  private boolean addAbove(int pool, TensorKey key, Row row) {
    return heap != null && heap.addIfRoom(key, row) || pools.addIfRoom(pool, key, row);
  }

  /** Takes a row out of every tier. */
  void takeBack(TensorKey key) {
    if (heap != null) {
      heap.remove(key);
    }
    pools.remove(key);
  }
}
