package io.tensorcache.internal.codec;

import java.nio.ByteBuffer;

/** Reused memory per thread for the short way between two forms of a payload. */
final class Scratch {
  /** Larger arrays are not kept: a thread must not hold on to memory it needed once. */
  private static final int LARGEST_KEPT = 4 << 20;

  private static final ThreadLocal<byte[]> FIRST = ThreadLocal.withInitial(() -> new byte[0]);
  private static final ThreadLocal<byte[]> SECOND = ThreadLocal.withInitial(() -> new byte[0]);
  private static final ThreadLocal<ByteBuffer> DIRECT =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(0));

  private Scratch() {}

  /** A buffer of exactly this many bytes from position 0, valid until the next call. */
  static ByteBuffer direct(int byteCount) {
    if (byteCount > LARGEST_KEPT) {
      return ByteBuffer.allocate(byteCount); // direct memory is given back too late
    }
    ByteBuffer kept = DIRECT.get();
    if (kept.capacity() < byteCount) {
      kept = ByteBuffer.allocateDirect(Math.max(byteCount, kept.capacity() * 2));
      DIRECT.set(kept);
    }
    return kept.clear().limit(byteCount);
  }

  /** At least this many bytes of any content, valid until this thread asks for {@code first}. */
  static byte[] first(int byteCount) {
    return of(FIRST, byteCount);
  }

  /** At least this many bytes of any content, independent of {@link #first}. */
  static byte[] second(int byteCount) {
    return of(SECOND, byteCount);
  }

  private static byte[] of(ThreadLocal<byte[]> slot, int byteCount) {
    byte[] kept = slot.get();
    if (kept.length >= byteCount) {
      return kept;
    }
    byte[] grown = new byte[byteCount];
    if (byteCount <= LARGEST_KEPT) {
      slot.set(grown);
    }
    return grown;
  }
}
