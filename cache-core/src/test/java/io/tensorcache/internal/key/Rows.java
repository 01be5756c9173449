package io.tensorcache.internal.key;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** Inputs of the vectors, and batches to hash. */
final class Rows {
  private Rows() {}

  /** The generators that the vector file describes. */
  static byte[] generate(String kind, int n) {
    byte[] out = new byte[n];
    long x = 0x9E3779B97F4A7C15L;
    for (int i = 0; i < n; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      out[i] =
          switch (kind) {
            case "zero" -> 0;
            case "ff" -> -1;
            case "inc" -> (byte) (i % 251);
            case "lcg" -> (byte) (x >>> 56);
            default -> throw new IllegalArgumentException(kind);
          };
    }
    return out;
  }

  static byte[] seed2() {
    byte[] seed = new byte[32];
    for (int i = 0; i < seed.length; i++) {
      seed[i] = (byte) i;
    }
    return seed;
  }

  static DType dtype(String name) {
    return DType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** A direct buffer whose content starts at this offset. */
  static HostMemory direct(byte[] bytes, int offset) {
    return HostMemory.of(ByteBuffer.allocateDirect(offset + bytes.length).put(offset, bytes));
  }

  static TensorView batch(DType dtype, byte[] bytes, long... shape) {
    return TensorView.of(TensorSpec.of(dtype, shape), direct(bytes, 0));
  }

  static byte[] random(Random random, int n) {
    byte[] bytes = new byte[n];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A view with random shape and strides (any sign, 0 too) over random bytes, of rank 1 to 5. */
  static TensorView randomView(Random random) {
    DType dtype = DType.values()[random.nextInt(DType.values().length)];
    int size = dtype.byteSize();
    int rank = 1 + random.nextInt(5);
    long[] shape = new long[rank];
    long[] strides = new long[rank];
    long down = 0;
    long up = 0;
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = random.nextInt(30) == 0 ? 0 : 1 + random.nextInt(axis == rank - 1 ? 60 : 9);
      strides[axis] = (random.nextInt(9) - 4L) * size + random.nextInt(2) * random.nextInt(900);
      long reach = strides[axis] * Math.max(0, shape[axis] - 1);
      down += Math.min(0, reach);
      up += Math.max(0, reach);
    }
    byte[] bytes = random(random, (int) (up - down) + size);
    HostMemory memory =
        random.nextBoolean() ? direct(bytes, 0) : HostMemory.of(ByteBuffer.wrap(bytes));
    return TensorView.of(TensorSpec.of(dtype, shape), strides, memory, -down);
  }

  /** The elements of a view one by one in row-major order, at an odd address. */
  static TensorView contiguousCopy(TensorView view) {
    TensorSpec spec = view.spec();
    int size = spec.dtype().byteSize();
    ByteBuffer out = ByteBuffer.allocateDirect((int) spec.byteCount() + 1).position(1);
    HostMemory memory = (HostMemory) view.memory();
    for (long i = 0; i < spec.elementCount(); i++) {
      long rest = i;
      long at = view.byteOffset();
      for (int axis = spec.rank() - 1; axis >= 0; axis--) {
        at += rest % spec.dim(axis) * view.byteStride(axis);
        rest /= spec.dim(axis);
      }
      out.put(memory.slice(at, size));
    }
    long[] strides = new long[spec.rank()];
    long stride = size;
    for (int axis = spec.rank() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= spec.dim(axis);
    }
    return TensorView.of(spec, strides, HostMemory.of(out), 1);
  }

  /** Element i of the torchcache vectors: v = 37 i mod 101, -50 if signed, / 8 if floating. */
  static byte[] torchcacheElements(DType dtype, int n) {
    ByteBuffer out = ByteBuffer.allocate(n * dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      int v = i * 37 % 101;
      float x = (v - 50) / 8f;
      switch (dtype) {
        case UINT8 -> out.put((byte) v);
        case INT8 -> out.put((byte) (v - 50));
        case INT16 -> out.putShort((short) (v - 50));
        case INT32 -> out.putInt(v - 50);
        case INT64 -> out.putLong(v - 50);
        case FLOAT32 -> out.putFloat(x);
        case FLOAT64 -> out.putDouble(x);
        case BFLOAT16 -> out.putShort((short) (Float.floatToRawIntBits(x) >>> 16));
        case FLOAT16 -> out.putShort(half(x));
        default -> throw new IllegalArgumentException(dtype.toString());
      }
    }
    return out.array();
  }

  /** For values that float16 holds exactly as normal numbers, and 0. */
  private static short half(float x) {
    int bits = Float.floatToRawIntBits(x);
    int magnitude = bits & 0x7fffffff;
    return (short) (bits >>> 16 & 0x8000 | (magnitude == 0 ? 0 : magnitude - (112 << 23) >>> 13));
  }

  static long[] row(long[] digests, int row) {
    return Arrays.copyOfRange(digests, 2 * row, 2 * row + 2);
  }
}
