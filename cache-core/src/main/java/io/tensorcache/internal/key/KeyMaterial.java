package io.tensorcache.internal.key;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All constants of TCH1, derived from a 32-byte seed by SHA-256 in counter mode (KEY.md, "Key
 * material"). Immutable by convention: the arrays are never written after construction.
 */
final class KeyMaterial {
  static final int SEED_BYTES = 32;
  static final int LANES = 4;
  static final int TILE_WORDS = 512;

  /** A row is zero-padded to a multiple of this. */
  static final int PAD_BYTES = 16;

  private static final String DEFAULT_SEED = "tensorcache/TCH1/default-seed/00";

  /** Multiply-sum key; lane l starts at word l. */
  final long[] nh;

  /** Finaliser: 0..3 rows, 4..7 combine. */
  final long[] f;

  /** Evaluation point of each lane. */
  final long[] r;

  /** Compression to the two halves: lanes 0..3, byte count, tweak 0, tweak 1, constant. */
  final long[] a;

  final long[] b;

  /** Evaluation points of combine. */
  final long[] q;

  private final byte[] seed;

  private KeyMaterial(byte[] seed) {
    this.seed = seed;
    Stream stream = new Stream(seed);
    nh = stream.words(TILE_WORDS + LANES - 1);
    f = stream.words(8);
    r = stream.fieldElements(LANES);
    a = stream.fieldElements(8);
    b = stream.fieldElements(8);
    q = stream.fieldElements(2);
  }

  /**
   * The material of a salt, or of the public default seed without one.
   *
   * @throws IllegalArgumentException if the salt is not 32 bytes
   */
  static KeyMaterial of(byte @Nullable [] salt) {
    if (salt == null) {
      return new KeyMaterial(DEFAULT_SEED.getBytes(StandardCharsets.US_ASCII));
    }
    if (salt.length != SEED_BYTES) {
      throw new IllegalArgumentException(
          "salt has " + salt.length + " bytes: must be exactly " + SEED_BYTES);
    }
    return new KeyMaterial(salt.clone());
  }

  /** The seed it was derived from; not to be written. */
  byte[] seed() {
    return seed;
  }

  /** All 545 words, in the order of derivation. */
  long[] words() {
    ByteBuffer all = ByteBuffer.allocate(8 * (nh.length + f.length + r.length + 8 + 8 + 2));
    for (long[] part : new long[][] {nh, f, r, a, b, q}) {
      all.asLongBuffer().put(part);
      all.position(all.position() + 8 * part.length);
    }
    long[] words = new long[all.capacity() / 8];
    all.flip().asLongBuffer().get(words);
    return words;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyMaterial that && Arrays.equals(seed, that.seed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seed);
  }

  /** The words of SHA-256("TCH1-key-stream\0", seed, counter), counter = 0, 1, ... */
  private static final class Stream {
    private static final byte[] LABEL = "TCH1-key-stream\0".getBytes(StandardCharsets.US_ASCII);
    private final MessageDigest sha256;
    private final byte[] seed;
    private ByteBuffer block = ByteBuffer.allocate(0);
    private long counter;

    Stream(byte[] seed) {
      this.seed = seed;
      sha256 = Sha256.start();
    }

    long word() {
      if (!block.hasRemaining()) {
        sha256.update(LABEL);
        sha256.update(seed);
        sha256.update(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, counter++).array());
        block = ByteBuffer.wrap(sha256.digest()).order(ByteOrder.LITTLE_ENDIAN);
      }
      return block.getLong();
    }

    long[] words(int count) {
      long[] words = new long[count];
      Arrays.setAll(words, i -> word());
      return words;
    }

    long[] fieldElements(int count) {
      long[] elements = new long[count];
      Arrays.setAll(elements, i -> fieldElement());
      return elements;
    }

    private long fieldElement() {
      long element = word() & Field61.PRIME;
      while (element == Field61.PRIME) {
        element = word() & Field61.PRIME;
      }
      return element;
    }
  }
}
