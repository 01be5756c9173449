package io.tensorcache.internal.codec;

import io.tensorcache.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Converts elements between the dtype a function returned and the dtype they are stored in.
 * Everything is little-endian. Stateless; safe for use by several threads.
 */
public final class StoredDtype {
  /** Elements converted at a time: the three arrays stay in the first-level cache. */
  private static final int BLOCK = 1024;

  private StoredDtype() {}

  /**
   * True if elements of {@code from} can be stored as {@code to}: the same dtype, or FLOAT32 or
   * FLOAT64 as FLOAT16 or BFLOAT16.
   */
  public static boolean isPossible(DType from, DType to) {
    return from == to
        || (from == DType.FLOAT32 || from == DType.FLOAT64)
            && (to == DType.FLOAT16 || to == DType.BFLOAT16);
  }

  static void check(DType from, DType to) {
    if (!isPossible(from, to)) {
      throw new IllegalArgumentException(
          from
              + " cannot be stored as "
              + to
              + ": only FLOAT32 and FLOAT64 as FLOAT16 or BFLOAT16, or any dtype as it is");
    }
  }

  /**
   * The elements from {@code src}'s position to its limit, converted. Narrowing rounds to nearest,
   * ties to even. Copies always: the result is the caller's. {@code src} is left as it was.
   *
   * @throws IllegalArgumentException if the conversion does not exist or the bytes are not whole
   *     elements
   */
  public static byte[] encode(ByteBuffer src, DType from, DType to) {
    check(from, to);
    ByteBuffer in = src.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() % from.byteSize() != 0) {
      throw new IllegalArgumentException(
          in.remaining() + " bytes are not whole elements of " + from);
    }
    byte[] result = new byte[in.remaining() / from.byteSize() * to.byteSize()];
    if (from == to) {
      in.get(result);
    } else {
      narrow(in, from, to == DType.FLOAT16, ByteBuffer.wrap(result));
    }
    return result;
  }

  private static void narrow(ByteBuffer in, DType from, boolean half, ByteBuffer out) {
    out.order(ByteOrder.LITTLE_ENDIAN);
    short[] narrow = new short[BLOCK];
    int[] floats = new int[from == DType.FLOAT32 ? BLOCK : 0];
    long[] doubles = new long[from == DType.FLOAT64 ? BLOCK : 0];
    while (in.hasRemaining()) {
      int count = Math.min(BLOCK, in.remaining() / from.byteSize());
      if (from == DType.FLOAT32) {
        in.asIntBuffer().get(floats, 0, count);
        narrowFloats(floats, narrow, count, half);
      } else {
        in.asLongBuffer().get(doubles, 0, count);
        narrowDoubles(doubles, narrow, count, half);
      }
      in.position(in.position() + count * from.byteSize());
      out.asShortBuffer().put(narrow, 0, count);
      out.position(out.position() + count * Short.BYTES);
    }
  }

  private static void narrowFloats(int[] in, short[] out, int count, boolean half) {
    if (half) {
      for (int i = 0; i < count; i++) {
        out[i] = HalfFloats.halfOfFloat(in[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        out[i] = HalfFloats.bfloatOfFloat(in[i]);
      }
    }
  }

  private static void narrowDoubles(long[] in, short[] out, int count, boolean half) {
    for (int i = 0; i < count; i++) {
      out[i] = half ? HalfFloats.halfOfDouble(in[i]) : HalfFloats.bfloatOfDouble(in[i]);
    }
  }

  /**
   * Writes the elements {@code src[0 .. byteCount)} of dtype {@code stored} into {@code dst} from
   * byte {@code dstOffset}, as dtype {@code wanted}. Copies; exact. {@code dst} is little-endian,
   * its position and limit are left as they were.
   *
   * @throws IllegalArgumentException if {@code wanted} could not have been stored as {@code stored}
   * @throws IndexOutOfBoundsException if either range does not fit
   */
  public static void decode(
      byte[] src, int byteCount, DType stored, DType wanted, ByteBuffer dst, int dstOffset) {
    check(wanted, stored);
    if (stored == wanted) {
      dst.put(dstOffset, src, 0, byteCount);
      return;
    }
    Objects.checkFromIndexSize(0, byteCount, src.length);
    ByteBuffer in = ByteBuffer.wrap(src, 0, byteCount).order(ByteOrder.LITTLE_ENDIAN);
    int wantedBytes = Math.multiplyExact(byteCount / Short.BYTES, wanted.byteSize());
    ByteBuffer out = dst.slice(dstOffset, wantedBytes).order(ByteOrder.LITTLE_ENDIAN);
    widen(in, stored == DType.FLOAT16, out, wanted);
  }

  private static void widen(ByteBuffer in, boolean half, ByteBuffer out, DType wanted) {
    short[] narrow = new short[BLOCK];
    int[] floats = new int[BLOCK];
    double[] doubles = new double[wanted == DType.FLOAT64 ? BLOCK : 0];
    while (in.hasRemaining()) {
      int count = Math.min(BLOCK, in.remaining() / Short.BYTES);
      in.asShortBuffer().get(narrow, 0, count);
      in.position(in.position() + count * Short.BYTES);
      for (int i = 0; i < count; i++) {
        floats[i] = half ? HalfFloats.floatOfHalf(narrow[i]) : HalfFloats.floatOfBfloat(narrow[i]);
      }
      if (wanted == DType.FLOAT32) {
        out.asIntBuffer().put(floats, 0, count);
      } else {
        for (int i = 0; i < count; i++) {
          doubles[i] = Float.intBitsToFloat(floats[i]);
        }
        out.asDoubleBuffer().put(doubles, 0, count);
      }
      out.position(out.position() + count * wanted.byteSize());
    }
  }
}
