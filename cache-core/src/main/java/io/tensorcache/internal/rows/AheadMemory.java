package io.tensorcache.internal.rows;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for what is read ahead, used again, bounded in bytes. Safe for use by several threads.
 */
final class AheadMemory {
  private final RankedLock lock = new RankedLock(Rank.AHEAD_MEMORY);
  private final long mostBytes;

  /** Bytes of all buffers given out or spare. Guarded by lock. */
  private long heldBytes;

  /** Guarded by lock. */
  private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();

  AheadMemory(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * A buffer of exactly so many bytes, of any content; null if there is no room.
   *
   * @param dropOldest makes room, called without a lock; false if it cannot
   */
  @Nullable ByteBuffer allocate(int byteCount, BooleanSupplier dropOldest) {
    while (true) {
      ByteBuffer found = tryAllocate(byteCount);
      if (found != null || !dropOldest.getAsBoolean()) {
        return found;
      }
    }
  }

  private @Nullable ByteBuffer tryAllocate(int byteCount) {
    try {
      lock.lock();
      for (Iterator<ByteBuffer> all = spare.iterator(); all.hasNext(); ) {
        ByteBuffer each = all.next();
        if (each.capacity() >= byteCount && each.capacity() / 2 <= byteCount) {
          all.remove();
          return each.clear().limit(byteCount);
        }
      }
      while (heldBytes + byteCount > mostBytes && !spare.isEmpty()) {
        heldBytes -= spare.remove().capacity();
      }
      if (heldBytes + byteCount > mostBytes) {
        return null;
      }
      ByteBuffer fresh = ByteBuffer.allocateDirect(byteCount);
      heldBytes += byteCount;
      return fresh;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a buffer back that nobody uses any more. */
  void release(ByteBuffer buffer) {
    try {
      lock.lock();
      spare.add(buffer);
    } catch (OutOfMemoryError e) {
      heldBytes -=
          buffer.capacity(); // it goes; this may be what ends the call of who gives it back
    } finally {
      lock.unlock();
    }
  }
}
