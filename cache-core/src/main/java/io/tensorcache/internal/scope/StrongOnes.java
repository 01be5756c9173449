package io.tensorcache.internal.scope;

/**
 * The entries used last, so many of them, held strongly; the rest are held weakly. Safe for use by
 * several threads.
 */
final class StrongOnes {
  private final Recency queue;
  private final int limit;

  StrongOnes(int limit) {
    this.queue = new Recency(true);
    this.limit = limit;
  }

  /** An entry was used, or is new: it is one of them now. */
  void use(Entry entry) {
    if (!entry.isStrong()) {
      Object value = entry.get();
      if (value == null) {
        return;
      }
      entry.strengthen(value);
    } else if (entry.amongStrong.isQueued()) {
      return;
    }
    queue.add(entry);
    while (queue.size() > limit) {
      Entry oldest = queue.takeOldest();
      if (oldest != null) {
        oldest.weaken();
      }
    }
  }

  void left(Entry entry) {
    queue.left(entry);
  }
}
