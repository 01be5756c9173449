package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RowDifferenceTest {
  private static Row row(DType dtype, byte... bytes) {
    TensorSpec spec = TensorSpec.of(dtype, bytes.length / dtype.byteSize());
    return Row.of(RowSchema.of(spec), 0, new byte[][] {bytes});
  }

  private static Row floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return row(DType.FLOAT32, bytes.array());
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void oneBitIsADifferenceOfEveryType(DType dtype) {
    byte[] zeros = new byte[dtype.byteSize()];
    byte[] one = zeros.clone();
    one[0] = 1;
    assertTrue(RowDifference.of(row(dtype, zeros), row(dtype, zeros.clone()), 0).isWithin());
    RowDifference difference = RowDifference.of(row(dtype, zeros), row(dtype, one), 0);
    assertFalse(difference.isWithin());
    assertTrue(difference.largest() > 0, difference.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "UINT8, ff, 00, 255",
    "INT8, ff, 00, 1",
    "BOOL, 01, 00, 1",
    "INT16, 00ff, 0000, 256",
    "UINT16, 00ff, 0000, 65280",
    "UINT32, ffffffff, 00000000, 4294967295",
    "INT64, feffffffffffffff, 0000000000000000, 2",
    "UINT64, 0000000000000080, 0000000000000000, 9.223372036854775808e18",
    "FLOAT16, 003c, 0040, 1",
    "BFLOAT16, 803f, 0040, 1",
    "FLOAT8_E4M3, 38, 40, 1",
    "FLOAT8_E4M3, b8, 38, 2",
    "FLOAT8_E4M3, 01, 00, 0.001953125",
    "FLOAT8_E5M2, 3c, 40, 1",
    "FLOAT8_E4M3, 7f, 00, Infinity",
    "FLOAT8_E5M2, 7c, 00, Infinity",
    "COMPLEX64, 0000803f00000040, 0000803f0000803f, 1"
  })
  void theLargestDifferenceIsOfTheNumbers(
      DType dtype, String first, String second, double largest) {
    byte[] a = java.util.HexFormat.of().parseHex(first);
    byte[] b = java.util.HexFormat.of().parseHex(second);
    assertEquals(largest, RowDifference.of(row(dtype, a), row(dtype, b), 0).largest());
    boolean mayBeWithin = dtype.isFloatingPoint() && Double.isFinite(largest);
    assertEquals(
        mayBeWithin && largest <= 1, RowDifference.of(row(dtype, a), row(dtype, b), 1).isWithin());
  }

  @Test
  void theToleranceIsRelativeToTheLargestOfTheRow() {
    Row a = floats(1000, 1, 0);
    assertTrue(RowDifference.of(a, floats(1000, 1.0009f, 0.0009f), 1e-6).isWithin());
    assertFalse(RowDifference.of(a, floats(1000, 1.002f, 0), 1e-6).isWithin());
  }

  @Test
  void whatIsNoNumberIsEqualToItselfOnly() {
    Row nan = floats(Float.NaN, 1);
    Row otherNan = floats(Float.intBitsToFloat(0x7fc00001), 1);
    assertFalse(RowDifference.of(nan, otherNan, 0).isWithin());
    assertEquals(0, RowDifference.of(nan, otherNan, 0).largest());
    assertTrue(RowDifference.of(nan, otherNan, 1e-6).isWithin());
    assertFalse(RowDifference.of(nan, floats(1, 1), 1).isWithin());
    Row infinite = floats(Float.POSITIVE_INFINITY, 1);
    assertTrue(
        RowDifference.of(infinite, floats(Float.POSITIVE_INFINITY, 1.0000001f), 1e-6).isWithin());
    assertFalse(RowDifference.of(infinite, floats(Float.NEGATIVE_INFINITY, 1), 1).isWithin());
    assertFalse(RowDifference.of(infinite, floats(Float.MAX_VALUE, 1), 1).isWithin());
  }
}
