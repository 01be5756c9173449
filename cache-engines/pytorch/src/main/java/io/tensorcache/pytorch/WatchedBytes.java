package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;

/**
 * The memory of a tensor up to {@value #MOST} bytes, all of it compared with a copy: any write is
 * seen. About 25 GB/s. Confined to one thread at a time.
 */
final class WatchedBytes {
  /** Larger memory is watched by {@link WatchedMemory}. */
  static final int MOST = 64 << 10;

  private final MemoryPieces pieces;
  private final int number;

  /**
   * @param address of {@code byteCount} bytes that the caller keeps allocated
   * @param pieces to which they are added
   */
  WatchedBytes(long address, int byteCount, MemoryPieces pieces) {
    this.pieces = pieces;
    this.number = pieces.add(address, byteCount);
  }

  /** Whether every byte is as it was when the pieces were remembered. */
  boolean areUnchanged() {
    return pieces.firstChanged(number, number + 1) < 0;
  }
}
