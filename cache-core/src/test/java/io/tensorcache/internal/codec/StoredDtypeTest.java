package io.tensorcache.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StoredDtypeTest {
  @ParameterizedTest
  @EnumSource(DType.class)
  void copiesWhatIsStoredAsItIs(DType dtype) {
    byte[] bytes = new byte[dtype.byteSize() * 37];
    new Random(1).nextBytes(bytes);
    ByteBuffer src = ByteBuffer.allocateDirect(bytes.length + 9).position(9).put(bytes).position(9);
    assertArrayEquals(bytes, StoredDtype.encode(src, dtype, dtype));
    assertEquals(9, src.position());
    ByteBuffer dst = ByteBuffer.allocate(bytes.length + 3);
    StoredDtype.decode(bytes, bytes.length, dtype, dtype, dst, 3);
    assertArrayEquals(bytes, SampleRows.bytesAt(dst, 3, bytes.length));
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, FLOAT16",
    "FLOAT32, BFLOAT16",
    "FLOAT64, FLOAT16",
    "FLOAT64, BFLOAT16",
  })
  void convertsAnyNumberOfElements(DType from, DType to) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int count : new int[] {0, 1, 7, 1023, 1024, 1025, 5000}) {
      ByteBuffer src =
          ByteBuffer.allocateDirect(count * from.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        double value = random.nextGaussian();
        if (from == DType.FLOAT32) {
          src.putFloat(4 * i, (float) value);
        } else {
          src.putDouble(8 * i, value);
        }
      }
      byte[] stored = StoredDtype.encode(src.asReadOnlyBuffer(), from, to);
      assertEquals(count * 2, stored.length);
      int before = 5;
      ByteBuffer dst = ByteBuffer.allocateDirect(before + count * from.byteSize() + 5);
      StoredDtype.decode(stored, stored.length, to, from, dst, before);
      for (int i = 0; i < count; i++) {
        check(src, dst.order(ByteOrder.LITTLE_ENDIAN), before, i, from, to, seed);
      }
      assertEquals(0, dst.get(before - 1));
      assertEquals(0, dst.get(dst.capacity() - 5));
    }
  }

  private static void check(
      ByteBuffer src, ByteBuffer dst, int before, int i, DType from, DType to, long seed) {
    boolean single = from == DType.FLOAT32;
    double exact = single ? src.getFloat(4 * i) : src.getDouble(8 * i);
    double kept = single ? dst.getFloat(before + 4 * i) : dst.getDouble(before + 8 * i);
    double tolerance = Math.abs(exact) * (to == DType.FLOAT16 ? 0x1p-11 : 0x1p-8) + 0x1p-25;
    assertEquals(exact, kept, tolerance, "seed " + seed + ", element " + i);
    int bits = Float.floatToRawIntBits((float) kept);
    assertEquals(0, bits & (to == DType.FLOAT16 ? 0x1FFF : 0xFFFF), "not a value of " + to);
  }

  @ParameterizedTest
  @CsvSource({
    "INT32, FLOAT16",
    "FLOAT16, BFLOAT16",
    "FLOAT32, FLOAT64",
    "FLOAT64, FLOAT32",
    "BFLOAT16, FLOAT32",
    "COMPLEX64, FLOAT16",
    "FLOAT32, INT16",
  })
  void refusesOtherConversions(DType from, DType to) {
    assertThrows(
        IllegalArgumentException.class,
        () -> StoredDtype.encode(ByteBuffer.allocate(16), from, to));
    assertThrows(
        IllegalArgumentException.class,
        () -> StoredDtype.decode(new byte[16], 16, to, from, ByteBuffer.allocate(64), 0));
  }

  @Test
  void refusesHalfAnElement() {
    assertThrows(
        IllegalArgumentException.class,
        () -> StoredDtype.encode(ByteBuffer.allocate(7), DType.FLOAT32, DType.FLOAT16));
  }

  @Test
  void writesNothingBeyondTheTarget() {
    ByteBuffer dst = ByteBuffer.allocate(15);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> StoredDtype.decode(new byte[8], 8, DType.FLOAT16, DType.FLOAT32, dst, 0));
    assertArrayEquals(new byte[15], dst.array());
  }
}
