package io.tensorcache.internal.key;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** 64-bit words, with one loop per lane that C2 vectorises as a whole. */
final class LongTileBlock extends TileBlock {
  private final long[] words = new long[WORDS];
  private final long[][] keys = new long[KeyMaterial.LANES][];

  LongTileBlock(KeyMaterial material) {
    Arrays.setAll(
        keys, lane -> Arrays.copyOfRange(material.nh, lane, lane + KeyMaterial.TILE_WORDS));
  }

  @Override
  Buffer viewOf(ByteBuffer bytes) {
    return bytes.asLongBuffer();
  }

  @Override
  void load(Buffer view, int from, int count) {
    ((LongBuffer) view).get(from, words, 0, count);
  }

  @Override
  void set(int word, long value) {
    words[word] = value;
  }

  @Override
  void sum(int first, int count, long[] sums) {
    for (int lane = 0; lane < KeyMaterial.LANES; lane++) {
      sums[lane] = sum(words, first, keys[lane], count);
    }
  }

  private static long sum(long[] words, int first, long[] key, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long word = words[first + i];
      long k = key[i];
      // Without the low half of the word nothing carries into the high half.
      sum += ((word + k) & LOW) * (((word & ~LOW) + k) >>> 32);
    }
    return sum;
  }
}
