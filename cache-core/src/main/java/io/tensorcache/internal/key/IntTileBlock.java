package io.tensorcache.internal.key;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/**
 * 32-bit halves: C2 vectorises the keying, and the products are one scalar multiplication each,
 * which beats the emulated vector multiplication of JDK 17 on processors without AVX-512.
 */
final class IntTileBlock extends TileBlock {
  private static final int HALVES = 2 * KeyMaterial.TILE_WORDS;
  private final int[] halves = new int[2 * WORDS];
  private final int[] tile = new int[HALVES];
  private final int[] keyed = new int[HALVES];
  private final int[][] keys = new int[KeyMaterial.LANES][HALVES];

  IntTileBlock(KeyMaterial material) {
    for (int lane = 0; lane < KeyMaterial.LANES; lane++) {
      for (int i = 0; i < KeyMaterial.TILE_WORDS; i++) {
        keys[lane][2 * i] = (int) material.nh[i + lane];
        keys[lane][2 * i + 1] = (int) (material.nh[i + lane] >>> 32);
      }
    }
  }

  @Override
  Buffer viewOf(ByteBuffer bytes) {
    return bytes.asIntBuffer();
  }

  @Override
  void load(Buffer view, int from, int count) {
    ((IntBuffer) view).get(2 * from, halves, 0, 2 * count);
  }

  @Override
  void set(int word, long value) {
    halves[2 * word] = (int) value;
    halves[2 * word + 1] = (int) (value >>> 32);
  }

  @Override
  void sum(int first, int count, long[] sums) {
    // C2 of JDK 17 does not vectorise a loop over arrays at different offsets.
    System.arraycopy(halves, 2 * first, tile, 0, 2 * count);
    for (int lane = 0; lane < KeyMaterial.LANES; lane++) {
      add(tile, keys[lane], keyed, 2 * count);
      sums[lane] = sumOfProducts(keyed, 2 * count);
    }
  }

  private static void add(int[] tile, int[] key, int[] keyed, int count) {
    for (int i = 0; i < count; i++) {
      keyed[i] = tile[i] + key[i];
    }
  }

  /** The count is a multiple of four, because rows are padded to 16 bytes. */
  private static long sumOfProducts(int[] keyed, int count) {
    long even = 0;
    long odd = 0;
    for (int i = 0; i < count; i += 4) {
      even += (keyed[i] & LOW) * (keyed[i + 1] & LOW);
      odd += (keyed[i + 2] & LOW) * (keyed[i + 3] & LOW);
    }
    return even + odd;
  }
}
