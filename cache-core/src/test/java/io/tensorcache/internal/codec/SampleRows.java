package io.tensorcache.internal.codec;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Rows for tests, made from a seed. */
public final class SampleRows {
  private SampleRows() {}

  /** A row of one part with random bytes, which LZ4 cannot shorten. */
  public static Row dense(Random random, TensorSpec spec) {
    byte[] bytes = new byte[(int) spec.byteCount()];
    random.nextBytes(bytes);
    return Row.of(RowSchema.of(spec), random.nextInt(), new byte[][] {bytes});
  }

  /** A row of one part with {@code byteCount} uint8 values, each a function of the key's number. */
  public static Row ofBytes(int number, int byteCount) {
    byte[] bytes = new byte[byteCount];
    new SplittableRandom(number).nextBytes(bytes);
    return Row.of(
        RowSchema.of(TensorSpec.of(DType.UINT8, byteCount)), number, new byte[][] {bytes});
  }

  /** Several outputs of different dtypes: dense, sparse, small integers, empty, 0-d, halved. */
  public static Row several(Random random) {
    List<RowSchema.Part> parts = new ArrayList<>();
    parts.add(part("dense", DType.FLOAT32, DType.FLOAT32, 5, 7));
    parts.add(part("sparse", DType.FLOAT32, DType.FLOAT32, 11, 13));
    parts.add(part("labels", DType.INT64, DType.INT64, 300));
    parts.add(part("empty", DType.FLOAT64, DType.FLOAT64, 3, 0));
    parts.add(part("scalar", DType.FLOAT64, DType.FLOAT64));
    parts.add(part("halved", DType.FLOAT32, DType.FLOAT16, 33));
    parts.add(part("ünï", DType.FLOAT64, DType.BFLOAT16, 2, 40));
    RowSchema schema = new RowSchema(parts);
    byte[][] payloads = new byte[parts.size()][];
    for (int i = 0; i < payloads.length; i++) {
      payloads[i] = new byte[(int) parts.get(i).storedByteCount()];
      if (i == 2) {
        ByteBuffer longs = ByteBuffer.wrap(payloads[i]).order(ByteOrder.LITTLE_ENDIAN);
        while (longs.hasRemaining()) {
          longs.putLong(random.nextInt(1000));
        }
      } else if (i != 1) {
        random.nextBytes(payloads[i]);
      } else {
        payloads[i][random.nextInt(payloads[i].length)] = 1;
      }
    }
    return Row.of(schema, random.nextInt(), payloads);
  }

  private static RowSchema.Part part(String name, DType dtype, DType stored, long... shape) {
    return new RowSchema.Part(name, TensorSpec.of(dtype, shape), stored);
  }

  /** A target with a direct buffer of {@code rows} rows per part. */
  public static RowTarget target(RowSchema schema, int rows, boolean direct) {
    return new RowTarget(schema, buffers(schema, rows, direct));
  }

  /** One buffer per part for {@code rows} rows. */
  public static ByteBuffer[] buffers(RowSchema schema, int rows, boolean direct) {
    return schema.parts().stream()
        .map(part -> (int) part.spec().byteCount() * rows)
        .map(size -> direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size))
        .toArray(ByteBuffer[]::new);
  }

  /** What {@link Row#copyTo} must write for a part: computed one element at a time. */
  public static byte[] expectedBytes(Row row, int part) {
    RowSchema.Part p = row.schema().parts().get(part);
    byte[] stored = row.payload(part);
    if (p.storedDtype() == p.spec().dtype()) {
      return stored;
    }
    ByteBuffer in = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.allocate((int) p.spec().byteCount()).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      short bits = in.getShort();
      int wide =
          p.storedDtype() == DType.FLOAT16
              ? HalfFloats.floatOfHalf(bits)
              : HalfFloats.floatOfBfloat(bits);
      if (p.spec().dtype() == DType.FLOAT32) {
        out.putInt(wide);
      } else {
        out.putDouble(Float.intBitsToFloat(wide));
      }
    }
    return out.array();
  }

  /** The bytes of one row of a part in a buffer of several rows. */
  public static byte[] bytesAt(ByteBuffer buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    buffer.get(offset, bytes);
    return bytes;
  }
}
