package io.tensorcache.internal.tier;

import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Lets rows move from one place to another while they are removed: a removal looks at one place
 * after the other, and would miss a row that moves behind it. Who moves a row takes a ticket, finds
 * the row, adds it to its new place, and only then asks whether the ticket still stands. If not, it
 * takes back what it added. Many keys share a count, so that a ticket may fall for another key's
 * sake: then a row is not moved. Takes no lock; safe for use by several threads.
 */
public final class MoveTickets {
  /** The ticket of who must not move the row. */
  public static final long NONE = -1;

  private static final int STRIPES = 256;

  private final AtomicIntegerArray begun = new AtomicIntegerArray(STRIPES);
  private final AtomicIntegerArray ended = new AtomicIntegerArray(STRIPES);
  private final AtomicInteger allBegun = new AtomicInteger();
  private final AtomicInteger allEnded = new AtomicInteger();

  /** To be taken before the row is found; {@link #NONE} while it may be under removal. */
  public long ticket(TensorKey key) {
    int stripe = stripe(key);
    int all = allEnded.get(); // the ends first: what is equal then was so at one instant
    int one = ended.get(stripe);
    return all == allBegun.get() && one == begun.get(stripe) ? ticket(all, one) : NONE;
  }

  /** True if no removal of the row has begun since; asked after the row was added. */
  public boolean stands(TensorKey key, long ticket) {
    return ticket == ticket(allBegun.get(), begun.get(stripe(key)));
  }

  private static long ticket(int all, int one) {
    return (long) (all & Integer.MAX_VALUE) << Integer.SIZE | one & 0xffffffffL;
  }

  /** Removes a row from all places. */
  public void whileRemoving(TensorKey key, Runnable removal) {
    int stripe = stripe(key);
    begun.incrementAndGet(stripe);
    try {
      removal.run();
    } finally {
      ended.incrementAndGet(stripe);
    }
  }

  /** Removes all rows from all places. */
  public void whileRemovingAll(Runnable removal) {
    allBegun.incrementAndGet();
    try {
      removal.run();
    } finally {
      allEnded.incrementAndGet();
    }
  }

  private static int stripe(TensorKey key) {
    return (int) key.lo() & STRIPES - 1;
  }
}
