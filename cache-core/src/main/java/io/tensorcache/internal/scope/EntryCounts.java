package io.tensorcache.internal.scope;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a table holds and what happened so far. Safe for use by several threads. */
public final class EntryCounts {
  public final LongAdder hits = new LongAdder();
  public final LongAdder misses = new LongAdder();
  public final LongAdder evictions = new LongAdder();
  public final LongAdder collected = new LongAdder();
  private final AtomicLong boundEntries = new AtomicLong();
  private final AtomicLong boundBytes = new AtomicLong();
  private final AtomicLong persistingEntries = new AtomicLong();
  private final AtomicLong persistingBytes = new AtomicLong();

  EntryCounts() {}

  /** Counts an entry that came, with +1, or left, with -1. Under the lock of the table. */
  void add(Entry entry, int sign) {
    if (entry.isPersisting()) {
      persistingEntries.addAndGet(sign);
      persistingBytes.addAndGet(sign * entry.byteCount());
    } else {
      boundEntries.addAndGet(sign);
      boundBytes.addAndGet(sign * entry.byteCount());
    }
  }

  /** True if one more entry of so many bytes is not too much. */
  boolean hasRoom(Bounds bounds, long byteCount) {
    return boundEntries.get() < bounds.entries() && boundBytes.get() <= bounds.bytes() - byteCount;
  }

  /** How many entries there are. At no instant more than there have been at once. */
  long entries() {
    return boundEntries.get() + persistingEntries.get();
  }

  /** Bytes of all values. */
  public long bytes() {
    return boundBytes.get() + persistingBytes.get();
  }
}
