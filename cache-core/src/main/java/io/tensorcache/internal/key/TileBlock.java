package io.tensorcache.internal.key;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * Some tiles of a row, copied together because long copies run at the speed of memory, and their
 * four multiply-sums (NH): lane l pairs word i of a tile with key word i + l, and both 32-bit
 * halves of a word are keyed before they are multiplied. Two layouts, because each compiler makes
 * another one fast. Confined to one thread.
 */
abstract class TileBlock {
  static final int WORDS = 16 * KeyMaterial.TILE_WORDS;
  static final int BYTES = 8 * WORDS;
  static final long LOW = 0xFFFFFFFFL;

  /** From JDK 24 on, C2 turns a product of two masked longs into one vector instruction. */
  private static final int FIRST_WITH_WIDENING_PRODUCT = 24;

  /** The layout that is fastest on this JVM. */
  static Function<KeyMaterial, TileBlock> fastest() {
    return Runtime.version().feature() >= FIRST_WITH_WIDENING_PRODUCT
        ? LongTileBlock::new
        : IntTileBlock::new;
  }

  /** A view of little-endian bytes that {@link #load} takes; shares the memory. */
  abstract Buffer viewOf(ByteBuffer bytes);

  /** Copies {@code count} words of a view of {@link #viewOf}, from word {@code from} of it. */
  abstract void load(Buffer view, int from, int count);

  /** Replaces one word. */
  abstract void set(int word, long value);

  /** Writes the multiply-sums of the {@code count} words of the tile that starts at a word. */
  abstract void sum(int first, int count, long[] sums);
}
