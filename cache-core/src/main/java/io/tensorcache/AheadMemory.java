package io.tensorcache;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for what is read ahead, used again, bounded in bytes. Safe for use by several threads.
 */
final class AheadMemory {
  private final long mostBytes;

  /** Bytes of all buffers given out or spare. Guarded by this. */
  private long heldBytes;

  /** Guarded by this. */
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

  private synchronized @Nullable ByteBuffer tryAllocate(int byteCount) {
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
  }

  /** Takes a buffer back that nobody uses any more. */
  synchronized void release(ByteBuffer buffer) {
    spare.add(buffer);
  }
}
