package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.PinnedBlock;

/**
 * A launch or copy that is under way, seen through the event of the pinned block that it uses.
 * Guarded by the lock of the {@link Launches} that it belongs to.
 */
final class Launch {
  final PinnedBlock block;

  /** Once true, the event belongs to someone else. */
  boolean isComplete;

  /** The stream that frees memory goes on only after this. */
  boolean isAwaited;

  Launch(PinnedBlock block) {
    this.block = block;
  }
}
