package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Pinned blocks of one device, kept because making one takes about a millisecond. Called with the
 * device's context current. Safe for use by several threads.
 */
public final class PinnedPool {
  private static final long GRAIN_BYTES = 64 << 10;

  /** What lies idle at most. */
  private static final long IDLE_BYTES = 256L << 20;

  private final Device device;
  private final RankedLock lock = new RankedLock(Rank.PINNED_POOL);
  private final Deque<PinnedBlock> idle = new ArrayDeque<>(); // guarded by lock
  private long idleBytes; // guarded by lock

  public PinnedPool(Device device) {
    this.device = device;
  }

  /** A block of at least this many bytes that no copy uses any more. */
  public PinnedBlock take(long byteCount) {
    PinnedBlock block = fromIdle(byteCount);
    if (block == null) {
      long capacity = (byteCount / GRAIN_BYTES + 1) * GRAIN_BYTES;
      block = allocate(capacity);
    }
    return block.use(byteCount);
  }

  private PinnedBlock allocate(long capacity) {
    long event = Driver.createEvent();
    try {
      return new PinnedBlock(this, Driver.allocatePinned(capacity), capacity, event);
    } catch (DeviceException e) {
      Driver.destroyEvent(event);
      throw e;
    }
  }

  private @Nullable PinnedBlock fromIdle(long byteCount) {
    try {
      lock.lock();
      for (Iterator<PinnedBlock> all = idle.iterator(); all.hasNext(); ) {
        PinnedBlock block = all.next();
        boolean fits =
            block.capacity() >= byteCount && block.capacity() <= 4 * byteCount + GRAIN_BYTES;
        if (fits && Driver.isDone(block.event())) {
          all.remove();
          idleBytes -= block.capacity();
          return block;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  void giveBack(PinnedBlock block) {
    boolean isTooMuch;
    try {
      lock.lock();
      idle.addLast(block);
      idleBytes += block.capacity();
      isTooMuch = idleBytes > IDLE_BYTES;
    } finally {
      lock.unlock();
    }
    if (isTooMuch) {
      device.tryInContext(this::freeSurplus);
    }
  }

  /** Frees the blocks that lie idle longest, but none that a copy still uses: nobody waits here. */
  private void freeSurplus() {
    for (PinnedBlock block = surplus(); block != null; block = surplus()) {
      Driver.destroyEvent(block.event());
      Driver.freePinned(block.address());
    }
  }

  private @Nullable PinnedBlock surplus() {
    try {
      lock.lock();
      for (Iterator<PinnedBlock> all = idle.iterator(); all.hasNext() && idleBytes > IDLE_BYTES; ) {
        PinnedBlock block = all.next();
        if (Driver.isDone(block.event())) {
          all.remove();
          idleBytes -= block.capacity();
          return block;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
