package io.tensorcache.internal.codec;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.tensor.DType;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** How the payload of one part is written. The codes are part of entry format 1. */
final class PartCodec {
  static final int RAW = 0;
  static final int LZ4 = 1;

  /** Byte-shuffled by the width of the stored dtype, then LZ4. */
  static final int SHUFFLED_LZ4 = 2;

  /** Nothing is gained below this: the smallest saving would be a few bytes. */
  private static final int SMALLEST_TRIED = 64;

  /** LZ4 makes at most 255 bytes of one; what claims more cannot be LZ4. */
  private static final long LARGEST_RATIO = 255;

  private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.fastestInstance().safeDecompressor();

  private PartCodec() {}

  static boolean isKnown(int codec) {
    return codec >= RAW && codec <= SHUFFLED_LZ4;
  }

  /** For people. */
  static String name(int codec) {
    return switch (codec) {
      case RAW -> "raw";
      case LZ4 -> "lz4";
      case SHUFFLED_LZ4 -> "shuffled-lz4";
      default -> "codec " + codec;
    };
  }

  /** True if a part of this codec may have these lengths. */
  static boolean isPlausible(int codec, long rawLength, long storedLength) {
    return codec == RAW
        ? rawLength == storedLength
        : isKnown(codec)
            && storedLength > 0
            && storedLength < rawLength
            && rawLength <= storedLength * LARGEST_RATIO;
  }

  /** The codec that is tried first for a dtype: integers of several bytes gain by shuffling. */
  static int codecFor(DType stored) {
    return stored.byteSize() > 1 && !stored.isFloatingPoint() ? SHUFFLED_LZ4 : LZ4;
  }

  /** False for payloads so short that it is not worth trying. */
  static boolean mayGain(int rawLength) {
    return rawLength >= SMALLEST_TRIED;
  }

  /**
   * Writes the compressed bytes into {@code out}, where there is room for the raw ones. Returns
   * their number, or -1 if that would not save at least 5 %; then any bytes may lie there. {@code
   * out} must not be {@link Scratch#first}.
   */
  static int compress(byte[] raw, int codec, int width, byte[] out) {
    byte[] source = raw;
    if (codec == SHUFFLED_LZ4) {
      source = Scratch.first(raw.length);
      ByteShuffle.shuffle(raw, source, raw.length, width);
    }
    int limit = (int) (raw.length * 95L / 100);
    try {
      return COMPRESSOR.compress(source, 0, raw.length, out, 0, limit);
    } catch (LZ4Exception e) {
      return -1; // does not fit into 95 %
    }
  }

  /**
   * Writes {@code rawLength} bytes into {@code dst} from {@code dstOffset}.
   *
   * @throws CorruptEntryException if the bytes are not what this codec writes
   */
  static void decompress(
      ByteBuffer in, int offset, int length, ByteBuffer dst, int dstOffset, int rawLength) {
    ByteBuffer src = readable(in, offset, length, dst.isDirect());
    if (dst.isDirect() && !src.isDirect()) {
      byte[] raw = new byte[rawLength];
      decompress(src, src == in ? offset : 0, length, ByteBuffer.wrap(raw), 0, rawLength);
      dst.put(dstOffset, raw);
      return;
    }
    int from = src == in ? offset : 0;
    int written;
    try {
      written = DECOMPRESSOR.decompress(src, from, length, dst, dstOffset, rawLength);
    } catch (LZ4Exception e) {
      throw new CorruptEntryException("an LZ4 payload that cannot be decoded", e);
    }
    if (written != rawLength) {
      throw new CorruptEntryException(
          "an LZ4 payload of " + written + " bytes instead of " + rawLength);
    }
  }

  /** The payload of a part in its stored dtype, in {@link Scratch#second}, 0 .. rawLength. */
  static byte[] rawBytes(
      ByteBuffer in, int offset, int length, int codec, int rawLength, int width) {
    return decode(in, offset, length, codec, Scratch.second(rawLength), rawLength, width);
  }

  /**
   * The payload of a part in its stored dtype, in an array of exactly {@code rawLength} bytes that
   * is the caller's.
   */
  static byte[] freshBytes(
      ByteBuffer in, int offset, int length, int codec, int rawLength, int width) {
    return decode(in, offset, length, codec, new byte[rawLength], rawLength, width);
  }

  private static byte[] decode(
      ByteBuffer in, int offset, int length, int codec, byte[] raw, int rawLength, int width) {
    if (codec == RAW) {
      in.get(offset, raw, 0, rawLength);
    } else if (codec == LZ4) {
      decompress(in, offset, length, ByteBuffer.wrap(raw), 0, rawLength);
    } else {
      byte[] shuffled = Scratch.first(rawLength);
      decompress(in, offset, length, ByteBuffer.wrap(shuffled), 0, rawLength);
      ByteShuffle.unshuffle(shuffled, raw, rawLength, width);
    }
    return raw;
  }

  /**
   * LZ4 can reach direct memory and arrays, but not the array of a read-only buffer. Nor may it
   * have an array and direct memory at once: it asks for the address of the one while it holds the
   * other, which JNI forbids.
   */
  private static ByteBuffer readable(ByteBuffer in, int offset, int length, boolean direct) {
    if (in.isDirect() || in.hasArray() && !direct) {
      return in;
    }
    ByteBuffer copy = direct ? Scratch.direct(length) : ByteBuffer.allocate(length);
    return copy.put(0, in, offset, length);
  }
}
