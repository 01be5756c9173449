package io.tensorcache.internal.key;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * Up to 4 KiB of a row and its four multiply-sums (NH): lane l pairs word i with key word i + l,
 * and both 32-bit halves of a word are keyed before they are multiplied. Two layouts, because each
 * compiler makes another one fast. Confined to one thread.
 */
abstract class Tile {
  static final long LOW = 0xFFFFFFFFL;

  /** From JDK 24 on, C2 turns a product of two masked longs into one vector instruction. */
  private static final int FIRST_WITH_WIDENING_PRODUCT = 24;

  /** The layout that is fastest on this JVM. */
  static Function<KeyMaterial, Tile> fastest() {
    return Runtime.version().feature() >= FIRST_WITH_WIDENING_PRODUCT
        ? LongTile::new
        : IntTile::new;
  }

  /** A view of little-endian bytes that {@link #load} takes; shares the memory. */
  abstract Buffer viewOf(ByteBuffer bytes);

  /** Copies {@code count} words of a view of {@link #viewOf}, from word {@code from} of it. */
  abstract void load(Buffer view, int from, int count);

  /** Replaces one word. */
  abstract void set(int word, long value);

  /** Writes the multiply-sum of each lane over the first {@code words} words. */
  abstract void sum(int words, long[] sums);
}
