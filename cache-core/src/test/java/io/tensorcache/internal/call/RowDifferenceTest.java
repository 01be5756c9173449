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
import java.util.List;
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
    "UINT64, ffffffffffffffff, 0000000000000000, 1.8446744073709551616e19",
    "FLOAT16, 003c, 0040, 1",
    "BFLOAT16, 803f, 0040, 1",
    "FLOAT8_E4M3, 38, 40, 1",
    "FLOAT8_E4M3, b8, 38, 2",
    "FLOAT8_E4M3, 01, 00, 0.001953125",
    "FLOAT8_E4M3, 34, 3c, 0.75",
    "FLOAT8_E5M2, 3c, 40, 1",
    "FLOAT8_E5M2, 3c3c3c, 3c3c40, 1",
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

  private static Row shaped(String name, long[] shape, float... values) {
    Row flat = floats(values);
    RowSchema.Part part =
        new RowSchema.Part(name, TensorSpec.of(DType.FLOAT32, shape), DType.FLOAT32);
    return Row.of(new RowSchema(List.of(part)), 0, new byte[][] {flat.payload(0)});
  }

  private static RowDifference padded(Row a, Row b) {
    RowDifference there = RowDifference.ofPadded(a, b, 0);
    assertEquals(there, RowDifference.ofPadded(b, a, 0));
    return there;
  }

  @Test
  void whatIsPaddedIsComparedAsFarAsBothReach() {
    Row wide = shaped("", new long[] {2, 3}, 1, 2, 9, 3, 4, 9);
    Row high = shaped("", new long[] {3, 2}, 1, 2, 3, 4, 8, 8);
    assertEquals(new RowDifference(true, 0), padded(wide, high));
    for (int i = 0; i < 4; i++) {
      float[] values = {1, 2, 3, 4, 8, 8};
      values[i] += 7;
      Row other = shaped("", new long[] {3, 2}, values);
      assertEquals(new RowDifference(false, 7), padded(wide, other), "element " + i);
    }
    Row deep = shaped("", new long[] {2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8);
    Row padded = shaped("", new long[] {2, 3, 2}, 1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0);
    assertEquals(new RowDifference(true, 0), padded(deep, padded));
    Row swapped = shaped("", new long[] {2, 3, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0);
    assertEquals(new RowDifference(false, 8), padded(deep, swapped));
  }

  @Test
  void outputsOfOtherNamesOrRanksDiffer() {
    RowDifference infinite = new RowDifference(false, Double.POSITIVE_INFINITY);
    Row one = shaped("a", new long[] {2}, 1, 2);
    assertEquals(infinite, padded(one, shaped("b", new long[] {3}, 1, 2, 3)));
    assertEquals(infinite, padded(one, shaped("a", new long[] {2, 1}, 1, 2)));
    assertEquals(infinite, RowDifference.of(one, shaped("a", new long[] {3}, 1, 2, 3), 1));
    assertEquals(new RowDifference(true, 0), padded(one, shaped("a", new long[] {3}, 1, 2, 3)));
  }
}
