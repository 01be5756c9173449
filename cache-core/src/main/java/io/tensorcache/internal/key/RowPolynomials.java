package io.tensorcache.internal.key;

/**
 * The four polynomials of the row at hand, from its first tile to its key. Confined to one thread.
 */
final class RowPolynomials {
  /** The tiles to fill before {@link #absorb}. */
  final TileBlock block;

  private final KeyMaterial material;
  private final long[] sums = new long[KeyMaterial.LANES];
  private final long[] p = new long[KeyMaterial.LANES];
  private long batch0;
  private long batch1;

  RowPolynomials(KeyMaterial material, TileBlock block) {
    this.material = material;
    this.block = block;
  }

  /** Starts rows of this many hashed bytes under this tweak. */
  void startBatch(long byteCount, long t0, long t1) {
    batch0 = batchTerm(material.a, byteCount, t0, t1);
    batch1 = batchTerm(material.b, byteCount, t0, t1);
    reset();
  }

  /** Adds the block's tiles, whose {@code bytes} are followed by zeros up to a multiple of 16. */
  void absorb(int bytes) {
    int words = paddedWords(bytes);
    for (int first = 0; first < words; first += KeyMaterial.TILE_WORDS) {
      block.sum(first, Math.min(KeyMaterial.TILE_WORDS, words - first), sums);
      for (int lane = 0; lane < KeyMaterial.LANES; lane++) {
        p[lane] = Field61.horner(p[lane], sums[lane], material.r[lane]);
      }
    }
  }

  /** The key of the row, and the start of the next one. */
  void finish(long[] out, int at) {
    Feistel.apply(
        compress(material.a, batch0), compress(material.b, batch1), material.f, 0, out, at);
    reset();
  }

  /** The two halves before the finaliser. */
  long[] finishRaw() {
    long[] halves = {compress(material.a, batch0), compress(material.b, batch1)};
    reset();
    return halves;
  }

  static int paddedWords(int bytes) {
    return (bytes + KeyMaterial.PAD_BYTES - 1) / KeyMaterial.PAD_BYTES * 2;
  }

  private void reset() {
    java.util.Arrays.fill(p, 0);
  }

  private long compress(long[] c, long batch) {
    long left = Field61.add(Field61.multiply(c[0], p[0]), Field61.multiply(c[1], p[1]));
    long right = Field61.add(Field61.multiply(c[2], p[2]), Field61.multiply(c[3], p[3]));
    return Field61.add(Field61.add(left, right), batch);
  }

  private static long batchTerm(long[] c, long byteCount, long t0, long t1) {
    long length = Field61.multiply(c[4], Field61.reduce(byteCount));
    long first = Field61.multiply(c[5], Field61.reduce(t0));
    long second = Field61.multiply(c[6], Field61.reduce(t1));
    return Field61.add(Field61.add(length, first), Field61.add(second, c[7]));
  }
}
