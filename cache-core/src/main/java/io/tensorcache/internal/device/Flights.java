package io.tensorcache.internal.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What reads or writes the rows of one device at this moment, on streams that may be anyone's.
 * Memory is freed in the order of one stream, which waits for all of it first: on the device, not
 * on the host, and by events, which outlive the streams they were recorded in. Called with the
 * context current; guarded by the lock of the {@link ResidentRows}.
 */
final class Flights {
  private final Deque<Flight> underWay = new ArrayDeque<>();

  /** Takes over a block whose event was just recorded. */
  Flight add(PinnedBlock block) {
    Flight flight = new Flight(block);
    underWay.addLast(flight);
    return flight;
  }

  /** Gives back the blocks of what has ended. */
  void prune() {
    for (Iterator<Flight> all = underWay.iterator(); all.hasNext(); ) {
      Flight flight = all.next();
      if (Driver.isDone(flight.block.event())) {
        flight.isComplete = true;
        flight.block.close();
        all.remove();
      }
    }
  }

  /** Lets a stream go on only after everything that is under way now. */
  void holdBack(long stream) {
    for (Flight flight : underWay) {
      if (!flight.isAwaited) {
        PoolDriver.waitFor(stream, flight.block.event());
        flight.isAwaited = true;
      }
    }
  }

  /** Lets a stream go on only after one flight; true if that had ended already. */
  static boolean follow(Flight flight, long stream) {
    if (!flight.isComplete) {
      PoolDriver.waitFor(stream, flight.block.event());
    }
    return flight.isComplete;
  }

  /** Forgets everything; the blocks wait for their events where they are kept. */
  void abandon() {
    for (Flight flight : underWay) {
      flight.isComplete = true;
      flight.block.close();
    }
    underWay.clear();
  }
}
