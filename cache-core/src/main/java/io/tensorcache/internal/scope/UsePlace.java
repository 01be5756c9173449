package io.tensorcache.internal.scope;

/** Where an entry is in one {@link Recency}. Written under the lock of that queue. */
final class UsePlace {
  /** Of an entry that is in no queue. */
  static final UsePlace NONE = new UsePlace();

  long tick;
  volatile boolean isQueued;
  boolean isGone;

  boolean isQueued() {
    return isQueued;
  }
}
