package io.tensorcache.internal.key;

/**
 * The four multiply-sums (NH) of a tile: lane l pairs word i with key word i + l. Both 32-bit
 * halves of the word are keyed before they are multiplied. Immutable; safe for use by several
 * threads.
 */
final class MultiplySum {
  private static final long LOW = 0xFFFFFFFFL;

  private final long[][] shifted = new long[KeyMaterial.LANES][];

  MultiplySum(KeyMaterial material) {
    for (int lane = 0; lane < KeyMaterial.LANES; lane++) {
      shifted[lane] =
          java.util.Arrays.copyOfRange(material.nh, lane, lane + KeyMaterial.TILE_WORDS);
    }
  }

  /** Writes the sums of the first {@code words} words of a tile, an even number. */
  void sum(long[] tile, int words, long[] sums) {
    for (int lane = 0; lane < KeyMaterial.LANES; lane++) {
      sums[lane] = lane(tile, shifted[lane], words);
    }
  }

  private static long lane(long[] tile, long[] key, int words) {
    long sum = 0;
    for (int i = 0; i < words; i++) {
      long word = tile[i];
      long k = key[i];
      sum += ((word + k) & LOW) * (((word >>> 32) + (k >>> 32)) & LOW);
    }
    return sum;
  }
}
