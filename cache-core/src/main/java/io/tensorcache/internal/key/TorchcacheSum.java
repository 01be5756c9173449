package io.tensorcache.internal.key;

import io.tensorcache.internal.codec.HalfFloats;
import io.tensorcache.tensor.DType;
import java.nio.ByteBuffer;

/**
 * torchcache's hash of one row: the wrapping sum of {@code (long) (v_i * 2^(i mod 15))}. The
 * product is float64 for FLOAT64 and float32 for everything else, which is rounded to float32
 * first.
 */
final class TorchcacheSum {
  private static final int PERIOD = 15;

  private TorchcacheSum() {}

  static long of(RowReader reader, DType dtype) {
    int size = dtype.byteSize();
    int power = 0;
    long sum = 0;
    for (int bytes = reader.next(); bytes > 0; bytes = reader.next()) {
      for (int at = 0; at < bytes; at += size) {
        int coefficient = 1 << power;
        sum +=
            dtype == DType.FLOAT64
                ? truncate(reader.bytes.getDouble(at) * coefficient)
                : truncate(toFloat(reader.bytes, at, dtype) * coefficient);
        power = power + 1 == PERIOD ? 0 : power + 1;
      }
    }
    return sum;
  }

  /** As x86 converts: towards zero, and the smallest long for what does not fit and for NaN. */
  private static long truncate(double x) {
    return x >= -0x1p63 && x < 0x1p63 ? (long) x : Long.MIN_VALUE;
  }

  private static float toFloat(ByteBuffer tile, int at, DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> tile.getFloat(at);
      case FLOAT16 -> Float.intBitsToFloat(HalfFloats.floatOfHalf(tile.getShort(at)));
      case BFLOAT16 -> Float.intBitsToFloat(HalfFloats.floatOfBfloat(tile.getShort(at)));
      case INT64 -> tile.getLong(at);
      case INT32 -> tile.getInt(at);
      case INT16 -> tile.getShort(at);
      case INT8 -> tile.get(at);
      case UINT8 -> tile.get(at) & 0xff;
      case BOOL -> tile.get(at) == 0 ? 0 : 1;
      default -> throw new IllegalArgumentException(TorchcacheHash.unsupported(dtype));
    };
  }
}
