package io.tensorcache.pytorch;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The memory of a large tensor: {@value #PROBES} words all over it, which are compared at each
 * look, and its windows, which are compared in turn. A window is known by CRC-32C and CRC-32, which
 * processors compute at about the speed of memory; each sees any change that lies within 32 bits,
 * and misses another one with a probability of 2^-32, both with 2^-64. Immutable; safe for use by
 * several threads.
 */
final class WatchedMemory {
  /** Bytes of a window; the last one of a tensor is shorter. */
  static final int WINDOW = 256 << 10;

  static final int PROBES = 64;

  private static final int PIECE_BITS = 30; // a buffer has at most 2 GiB
  private static final long PIECE = 1L << PIECE_BITS;

  private final long address;
  private final long byteCount;
  private final ByteBuffer[] pieces;
  private final long[] probedAt = new long[PROBES];
  private final long[] probed = new long[PROBES];
  private final int[] crc32c;
  private final int[] crc32;

  /** Reads all of it. The caller keeps it allocated. */
  WatchedMemory(long address, long byteCount) {
    this.address = address;
    this.byteCount = byteCount;
    this.pieces = new ByteBuffer[(int) ((byteCount + PIECE - 1) >> PIECE_BITS)];
    for (int i = 0; i < pieces.length; i++) {
      long from = i * PIECE;
      pieces[i] = NativeBytes.at(address + from, Math.min(PIECE, byteCount - from));
    }
    int windows = (int) ((byteCount + WINDOW - 1) / WINDOW);
    this.crc32c = new int[windows];
    this.crc32 = new int[windows];
    for (int i = 0; i < windows; i++) {
      crc32c[i] = sum(new CRC32C(), i);
      crc32[i] = sum(new CRC32(), i);
    }
    choose(new Random());
  }

  /** One word in each of as many parts of equal length, and the first and the last. */
  private void choose(Random random) {
    long words = byteCount / Long.BYTES;
    for (int i = 0; i < PROBES; i++) {
      long from = words * i / PROBES;
      long to = words * (i + 1) / PROBES;
      long word = i == 0 ? 0 : i == PROBES - 1 ? words - 1 : from + random.nextLong(to - from);
      probedAt[i] = word * Long.BYTES;
      probed[i] = word(probedAt[i]);
    }
  }

  private long word(long at) {
    return pieces[(int) (at >> PIECE_BITS)].getLong((int) (at & PIECE - 1));
  }

  int windows() {
    return crc32c.length;
  }

  int windowBytes(int window) {
    return (int) Math.min(WINDOW, byteCount - (long) window * WINDOW);
  }

  /** Whether the probed words are as they were. */
  boolean areProbesUnchanged() {
    long differences = 0;
    for (int i = 0; i < PROBES; i++) {
      differences |= word(probedAt[i]) ^ probed[i];
    }
    return differences == 0;
  }

  /** Whether a window is as it was, by one of the two sums. */
  boolean isUnchanged(int window, boolean byOtherSum) {
    return byOtherSum
        ? sum(new CRC32(), window) == crc32[window]
        : sum(new CRC32C(), window) == crc32c[window];
  }

  /** Whether all windows are as they were, by both sums. */
  boolean isUnchanged() {
    for (int i = 0; i < windows(); i++) {
      if (!isUnchanged(i, false) || !isUnchanged(i, true)) {
        return false;
      }
    }
    return true;
  }

  private int sum(Checksum sum, int window) {
    sum.update(NativeBytes.at(address + (long) window * WINDOW, windowBytes(window)));
    return (int) sum.getValue();
  }
}
