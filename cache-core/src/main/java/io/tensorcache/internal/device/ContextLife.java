package io.tensorcache.internal.device;

/**
 * Notices that a context was destroyed. Its handle does not say so: a primary context that was
 * reset keeps its handle, and lives again, empty, when anyone uses the device; even an address of
 * the old one may be a block of the new. The driver numbers all blocks that it ever allocates, so
 * one block of our own with the number that it had shows that everything else of ours is there too.
 * Called with the context current. Immutable.
 */
final class ContextLife {
  private final long block = Driver.allocate(1);
  private final long number = Driver.bufferId(block);

  /** True if the context that this was made in is gone. */
  boolean isOver() {
    return Driver.bufferId(block) != number;
  }
}
