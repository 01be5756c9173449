package io.tensorcache.internal.durable;

import java.util.concurrent.atomic.AtomicLong;

/** How much of a segment, or of all, was read lately. Safe for use by several threads. */
final class SegmentUse {
  private final AtomicLong bytes = new AtomicLong();
  private volatile int age;

  /** A row of so many bytes was served; {@code now} is how often all counts were halved. */
  void add(long byteCount, int now) {
    grow(now);
    bytes.addAndGet(byteCount);
  }

  long bytes(int now) {
    grow(now);
    return bytes.get();
  }

  /** Two threads that halve at once lose a little, which harms nothing. */
  private void grow(int now) {
    int halvings = now - age;
    if (halvings > 0) {
      age = now;
      bytes.set(bytes.get() >> Math.min(halvings, Long.SIZE - 1));
    }
  }
}
