package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.StoredDtype;
import io.tensorcache.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How far two rows are apart, in the dtypes that they are stored in.
 *
 * @param isWithin true if they are equal as far as was asked
 * @param largest the largest absolute difference of two elements; infinite where only one is finite
 */
record RowDifference(boolean isWithin, double largest) {
  private static final RowDifference NONE = new RowDifference(true, 0);

  /**
   * Compares two rows. With tolerance 0 bit for bit; else floats may differ by the tolerance times
   * the largest finite magnitude in their output of the row, zeros of different sign and NaNs of
   * different bits are equal, and whole numbers must be equal still.
   */
  static RowDifference of(Row a, Row b, double tolerance) {
    if (!a.schema().equals(b.schema())) {
      return new RowDifference(false, Double.POSITIVE_INFINITY);
    }
    RowDifference all = NONE;
    for (int part = 0; part < a.schema().parts().size(); part++) {
      RowSchema.Part spec = a.schema().parts().get(part);
      byte[] first = a.payload(part);
      byte[] second = b.payload(part);
      if (!Arrays.equals(first, second)) {
        RowDifference of = of(spec.storedDtype(), first, second, tolerance);
        all = new RowDifference(all.isWithin && of.isWithin, Math.max(all.largest, of.largest));
      }
    }
    return all;
  }

  /**
   * Compares two rows of which one may be padded to the length of its batch: outputs of one rank
   * that differ in their shape are compared as far as both reach.
   */
  static RowDifference ofPadded(Row a, Row b, double tolerance) {
    if (a.schema().equals(b.schema()) || a.schema().parts().size() != b.schema().parts().size()) {
      return of(a, b, tolerance);
    }
    RowDifference all = NONE;
    for (int part = 0; part < a.schema().parts().size(); part++) {
      RowSchema.Part first = a.schema().parts().get(part);
      RowSchema.Part second = b.schema().parts().get(part);
      int rank = first.spec().rank();
      if (!first.name().equals(second.name())
          || first.storedDtype() != second.storedDtype()
          || rank != second.spec().rank()) {
        return new RowDifference(false, Double.POSITIVE_INFINITY);
      }
      long[] shape = new long[rank];
      Arrays.setAll(shape, axis -> Math.min(first.spec().dim(axis), second.spec().dim(axis)));
      RowDifference of =
          of(
              first.storedDtype(),
              corner(a.payload(part), first, shape),
              corner(b.payload(part), second, shape),
              tolerance);
      all = new RowDifference(all.isWithin && of.isWithin, Math.max(all.largest, of.largest));
    }
    return all;
  }

  /** The elements whose index along each axis is below that of {@code shape}. */
  private static byte[] corner(byte[] payload, RowSchema.Part of, long[] shape) {
    int width = of.storedDtype().byteSize();
    int count = (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
    byte[] corner = new byte[count * width];
    for (int i = 0; i < count; i++) {
      long rest = i;
      long from = 0;
      long stride = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        from += rest % shape[axis] * stride;
        rest /= shape[axis];
        stride *= of.spec().dim(axis);
      }
      System.arraycopy(payload, (int) from * width, corner, i * width, width);
    }
    return corner;
  }

  private static RowDifference of(DType dtype, byte[] first, byte[] second, double tolerance) {
    double[] a = numbers(dtype, first);
    double[] b = numbers(dtype, second);
    double allowed = tolerance * Math.max(magnitude(a), magnitude(b));
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, distance(a[i], b[i]));
    }
    boolean mayDiffer = tolerance > 0 && dtype.isFloatingPoint();
    boolean isWithin = mayDiffer ? largest <= allowed : Arrays.equals(first, second);
    return new RowDifference(isWithin, largest);
  }

  private static double magnitude(double[] numbers) {
    double largest = 0;
    for (double number : numbers) {
      if (Double.isFinite(number)) {
        largest = Math.max(largest, Math.abs(number));
      }
    }
    return largest;
  }

  private static double distance(double a, double b) {
    if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
      return 0;
    }
    double apart = Math.abs(a - b);
    return Double.isNaN(apart) ? Double.POSITIVE_INFINITY : apart;
  }

  /** The elements, of complex ones both parts. */
  private static double[] numbers(DType dtype, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype) {
      case BOOL, UINT8 -> each(bytes.length, i -> bytes[i] & 0xFF);
      case INT8 -> each(bytes.length, i -> bytes[i]);
      case INT16 -> each(bytes.length / 2, i -> in.getShort(2 * i));
      case UINT16 -> each(bytes.length / 2, i -> in.getShort(2 * i) & 0xFFFF);
      case INT32 -> each(bytes.length / 4, i -> in.getInt(4 * i));
      case UINT32 -> each(bytes.length / 4, i -> in.getInt(4 * i) & 0xFFFFFFFFL);
      case INT64 -> each(bytes.length / 8, i -> in.getLong(8 * i));
      case UINT64 -> each(bytes.length / 8, i -> unsigned(in.getLong(8 * i)));
      case FLOAT16, BFLOAT16 -> widened(dtype, bytes);
      case FLOAT32, COMPLEX64 -> each(bytes.length / 4, i -> in.getFloat(4 * i));
      case FLOAT64, COMPLEX128 -> each(bytes.length / 8, i -> in.getDouble(8 * i));
      case FLOAT8_E4M3 -> each(bytes.length, i -> e4m3(bytes[i]));
      case FLOAT8_E5M2 -> {
        byte[] halves = new byte[2 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
          halves[2 * i + 1] = bytes[i]; // the upper half of a FLOAT16
        }
        yield widened(DType.FLOAT16, halves);
      }
    };
  }

  private interface Element {
    double at(int index);
  }

  private static double[] each(int count, Element element) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = element.at(i);
    }
    return numbers;
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
  }

  private static double[] widened(DType dtype, byte[] bytes) {
    ByteBuffer wide = ByteBuffer.allocate(2 * bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    StoredDtype.decode(bytes, bytes.length, dtype, DType.FLOAT32, wide, 0);
    return each(bytes.length / 2, i -> wide.getFloat(4 * i));
  }

  /** No infinities; 0x7F and 0xFF are no numbers. */
  private static double e4m3(byte bits) {
    int exponent = bits >> 3 & 0xF;
    int mantissa = bits & 7;
    if ((bits & 0x7F) == 0x7F) {
      return Double.NaN;
    }
    double magnitude =
        exponent == 0
            ? Math.scalb((double) mantissa, -9)
            : Math.scalb(1 + mantissa / 8.0, exponent - 7);
    return bits < 0 ? -magnitude : magnitude;
  }
}
