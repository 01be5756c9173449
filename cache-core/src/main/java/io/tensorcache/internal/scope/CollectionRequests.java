package io.tensorcache.internal.scope;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks the JVM for a collection each time that values of so many bytes came in. The native memory
 * of a value that the program let go of without closing it stays until then, and the Java heap may
 * have room for long. Safe for use by several threads.
 */
final class CollectionRequests {
  private final long everyBytes;
  private final Runnable request;
  private final AtomicLong came = new AtomicLong(); // since the last request

  /**
   * @param everyBytes {@code Long.MAX_VALUE} to ask never
   */
  CollectionRequests(long everyBytes, Runnable request) {
    this.everyBytes = everyBytes;
    this.request = request;
  }

  /** A value came in that is held by reference. Without a lock. */
  void came(long byteCount) {
    if (everyBytes == Long.MAX_VALUE) {
      return;
    }
    long sum = came.addAndGet(byteCount);
    if (sum >= everyBytes && came.compareAndSet(sum, 0)) { // else another thread counts on
      request.run();
    }
  }
}
