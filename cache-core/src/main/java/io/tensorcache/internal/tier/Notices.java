package io.tensorcache.internal.tier;

import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.tensor.TensorKey;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** Keeps what happened under a lock until it can be told without one. Safe for several threads. */
final class Notices {
  private final TierEvents events;
  private final ConcurrentLinkedQueue<Consumer<TierEvents>> pending = new ConcurrentLinkedQueue<>();

  Notices(TierEvents events) {
    this.events = events;
  }

  void evicted(TensorKey key, int group) {
    pending.add(to -> to.evicted(key, group));
  }

  void refused(TensorKey key) {
    pending.add(to -> to.refused(key));
  }

  void failedToMove(RuntimeException e) {
    failed(
        e instanceof TensorCacheException failure
            ? failure
            : new StorageException("a row could not move to the tier below: " + e, e));
  }

  void failed(TensorCacheException failure) {
    pending.add(to -> to.failed(failure));
  }

  /** Forgets what is pending: what fails because of closing is no failure. */
  void discard() {
    pending.clear();
  }

  /** Tells what is pending. Must be called without a lock. */
  void deliver() {
    Consumer<TierEvents> next;
    while ((next = pending.poll()) != null) {
      next.accept(events);
    }
  }
}
