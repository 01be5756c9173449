package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.HalfFloats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The first values of a tensor in brackets with four decimals, as kerch prints a tensor:
 *
 * <pre>
 * tensor([[1.0000, 0.3058, 0.0776, ...], [0.3058, 1.0000, 0.1423, ...], ...])
 * </pre>
 */
public final class FirstValues {
  private static final int ROWS = 3;
  private static final int COLUMNS = 6;

  private FirstValues() {}

  /** Appends them; a tensor whose elements are no plain numbers shows three dots. */
  public static void append(StringBuilder text, TensorView view) {
    text.append("tensor(");
    if (view.memory() instanceof HostMemory memory) {
      append(text, view, memory, 0, view.byteOffset());
    } else {
      text.append("...");
    }
    text.append(')');
  }

  private static void append(
      StringBuilder text, TensorView view, HostMemory memory, int axis, long offset) {
    TensorSpec spec = view.spec();
    if (axis == spec.rank()) {
      int size = spec.dtype().byteSize();
      appendElement(text, spec.dtype(), memory.slice(offset, size));
      return;
    }
    int most = axis == spec.rank() - 1 ? COLUMNS : ROWS;
    text.append('[');
    for (long i = 0; i < spec.dim(axis); i++) {
      text.append(i == 0 ? "" : ", ");
      if (i == most) {
        text.append("...");
        break;
      }
      append(text, view, memory, axis + 1, offset + i * view.byteStride(axis));
    }
    text.append(']');
  }

  private static void appendElement(StringBuilder text, DType dtype, ByteBuffer bytes) {
    switch (dtype) {
      case BOOL -> text.append(bytes.get(0) != 0);
      case UINT8 -> text.append(bytes.get(0) & 0xFF);
      case INT8 -> text.append(bytes.get(0));
      case INT16 -> text.append(bytes.getShort(0));
      case UINT16 -> text.append((int) bytes.getChar(0));
      case INT32 -> text.append(bytes.getInt(0));
      case UINT32 -> text.append(bytes.getInt(0) & 0xFFFFFFFFL);
      case INT64 -> text.append(bytes.getLong(0));
      case UINT64 -> text.append(Long.toUnsignedString(bytes.getLong(0)));
      case BFLOAT16 ->
          appendDecimal(text, Float.intBitsToFloat(HalfFloats.floatOfBfloat(bytes.getShort(0))));
      case FLOAT16 ->
          appendDecimal(text, Float.intBitsToFloat(HalfFloats.floatOfHalf(bytes.getShort(0))));
      case FLOAT32 -> appendDecimal(text, bytes.getFloat(0));
      case FLOAT64 -> appendDecimal(text, bytes.getDouble(0));
      case COMPLEX64 -> appendComplex(text, bytes.getFloat(0), bytes.getFloat(4));
      case COMPLEX128 -> appendComplex(text, bytes.getDouble(0), bytes.getDouble(8));
      default -> text.append("...");
    }
  }

  private static void appendComplex(StringBuilder text, double real, double imaginary) {
    appendDecimal(text, real);
    text.append(imaginary < 0 ? "" : "+");
    appendDecimal(text, imaginary);
    text.append('j');
  }

  /** Four decimals without a formatter, which would take most of the time of a long list. */
  private static void appendDecimal(StringBuilder text, double value) {
    if (!(Math.abs(value) < 1e6) || value != 0 && Math.abs(value) < 1e-4) {
      text.append(
          value != value || Double.isInfinite(value)
              ? Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"
              : String.format(java.util.Locale.ROOT, "%.4e", value));
      return;
    }
    long scaled = Math.round(Math.abs(value) * 1e4);
    char[] decimals = new char[4];
    Arrays.fill(decimals, '0');
    long fraction = scaled % 10_000;
    for (int i = 3; fraction > 0; i--, fraction /= 10) {
      decimals[i] = (char) ('0' + fraction % 10);
    }
    text.append(value < 0 ? "-" : "").append(scaled / 10_000).append('.').append(decimals);
  }
}
