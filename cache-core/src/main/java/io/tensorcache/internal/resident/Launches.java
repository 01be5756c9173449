package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.device.PoolDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What reads or writes the rows of one device at this moment, on streams that may be anyone's.
 * Memory is freed in the order of one stream, which waits for all of it first: on the device, not
 * on the host, and by events, which outlive the streams they were recorded in. Called with the
 * context current; guarded by the lock of the {@link ResidentRows}.
 */
public final class Launches {
  private final Deque<Launch> underWay = new ArrayDeque<>();

  /** Takes over a block whose event was just recorded. */
  Launch add(PinnedBlock block) {
    Launch launch = new Launch(block);
    underWay.addLast(launch);
    return launch;
  }

  /** Gives back the blocks of what has ended. */
  void prune() {
    for (Iterator<Launch> all = underWay.iterator(); all.hasNext(); ) {
      Launch launch = all.next();
      if (Driver.isDone(launch.block.event())) {
        launch.isComplete = true;
        launch.block.close();
        all.remove();
      }
    }
  }

  /** Lets a stream go on only after everything that is under way now. */
  void holdBack(long stream) {
    for (Launch launch : underWay) {
      if (!launch.isAwaited) {
        PoolDriver.waitFor(stream, launch.block.event());
        launch.isAwaited = true;
      }
    }
  }

  /** Lets a stream go on only after one launch; true if that had ended already. */
  static boolean follow(Launch launch, long stream) {
    if (!launch.isComplete) {
      PoolDriver.waitFor(stream, launch.block.event());
    }
    return launch.isComplete;
  }

  /** Forgets everything; the blocks wait for their events where they are kept. */
  void abandon() {
    for (Launch launch : underWay) {
      launch.isComplete = true;
      launch.block.close();
    }
    underWay.clear();
  }
}
