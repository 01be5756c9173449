package io.tensorcache.internal.key;

/**
 * The finaliser: four Feistel rounds with the SplitMix64 mixer (Steele, Lea, Flood 2014). A
 * bijection of 128 bits, so it adds no collision and can be undone.
 */
final class Feistel {
  private Feistel() {}

  /** Writes the key of {@code (x, y)} to {@code out[at]} and {@code out[at + 1]}. */
  static void apply(long x, long y, long[] f, int firstKey, long[] out, int at) {
    x ^= mix64(y + f[firstKey]);
    y ^= mix64(x + f[firstKey + 1]);
    x ^= mix64(y + f[firstKey + 2]);
    y ^= mix64(x + f[firstKey + 3]);
    out[at] = x;
    out[at + 1] = y;
  }

  /** Undoes {@link #apply} with the first four keys: {@code (x, y)} of a key, in place. */
  static void invert(long[] key, int at, long[] f) {
    long x = key[at];
    long y = key[at + 1];
    y ^= mix64(x + f[3]);
    x ^= mix64(y + f[2]);
    y ^= mix64(x + f[1]);
    x ^= mix64(y + f[0]);
    key[at] = x;
    key[at + 1] = y;
  }

  static long mix64(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
