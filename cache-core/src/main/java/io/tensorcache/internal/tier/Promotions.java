package io.tensorcache.internal.tier;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Worth;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way up: a row that is served for the second time from below moves to the highest tier that
 * has room for it. At another's expense it moves only through a gate, which then goes the other
 * way. Safe for use by several threads.
 */
final class Promotions {
  private final @Nullable HeapTier heap;
  private final Pools pools;
  private final Placement placement;
  private final @Nullable Gate gate;
  private final MoveTickets tickets;
  private final SecondHits secondHits = new SecondHits();
  private final AtomicLong count = new AtomicLong();

  Promotions(
      @Nullable HeapTier heap,
      Pools pools,
      Placement placement,
      @Nullable Gate gate,
      MoveTickets tickets) {
    this.heap = heap;
    this.pools = pools;
    this.placement = placement;
    this.gate = gate;
    this.tickets = tickets;
  }

  /** How many there were: a look-up that crossed one looks again. */
  long count() {
    return count.get();
  }

  /** A row was read in the pool of this number, into this target. */
  void hit(TensorKey key, int from, RowTarget read) {
    long byteCount = read.storedByteCount();
    if (gate != null) {
      hit(key, from, read, gate);
    } else if (hasRoomAbove(from, byteCount) && secondHits.isSecond(key)) {
      move(key, from, row -> addAbove(from, key, row));
    }
  }

  private void hit(TensorKey key, int from, RowTarget read, Gate by) {
    long byteCount = read.storedByteCount();
    int frequency = by.foundAndCounted(key, byteCount, read.group());
    if (frequency > 1 && hasRoomAbove(from, byteCount)) {
      move(key, from, row -> addAbove(from, key, row));
    } else if (!by.isOpen()) {
      Worth worth = by.worth(frequency, read.group());
      Claim claim = Claim.fromBelow(worth);
      if (!claim.mayBeat()) {
        return;
      }
      if (heap != null && heap.wouldAdd(byteCount, claim)) {
        move(key, from, row -> placement.isExchanged(key, row, worth, pools.get(from)));
      } else if (pools.wouldAdd(from, key, byteCount, claim)) {
        move(key, from, row -> pools.add(from, key, row, claim) != null);
      }
    }
  }

  /** Adds the row above, and drops it where it was. */
  private void move(TensorKey key, int from, Predicate<Row> add) {
    long ticket = tickets.ticket(key);
    Row row = ticket == MoveTickets.NONE ? null : pools.get(from).row(key);
    if (row != null && add.test(row)) {
      count.incrementAndGet();
      if (tickets.stands(key, ticket)) {
        pools.get(from).remove(key);
      } else {
        takeBack(key);
      }
    }
  }

  /** True if a row that was read below all tiers is worth reading once more, to be added here. */
  boolean isWanted(TensorKey key, long byteCount, int group) {
    if (gate != null) {
      return placement.isWanted(key, byteCount, group, gate);
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
    return gate != null
        ? placement.addWanted(key, row, gate)
        : addAbove(pools.countInMemory(), key, row);
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
