package io.tensorcache.internal.codec;

/**
 * Puts the first bytes of all elements together, then the second ones and so on, which makes small
 * integers compressible. {@code shuffled[b × n + i] = plain[i × width + b]} for n elements.
 */
final class ByteShuffle {
  private ByteShuffle() {}

  /** {@code byteCount} is a multiple of {@code width}; the arrays do not overlap. */
  static void shuffle(byte[] plain, byte[] shuffled, int byteCount, int width) {
    int count = byteCount / width;
    for (int b = 0; b < width; b++) {
      int base = b * count;
      for (int i = 0, from = b; i < count; i++, from += width) {
        shuffled[base + i] = plain[from];
      }
    }
  }

  /** Undoes {@link #shuffle}. */
  static void unshuffle(byte[] shuffled, byte[] plain, int byteCount, int width) {
    int count = byteCount / width;
    for (int b = 0; b < width; b++) {
      int base = b * count;
      for (int i = 0, to = b; i < count; i++, to += width) {
        plain[to] = shuffled[base + i];
      }
    }
  }
}
