package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ScalarTest {
  /** One that has a body, so that its class is not the enum's. */
  enum Colour {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "verde";
      }
    }
  }

  private static ByteBuffer bytes(Class<?> type, Object value) {
    DType dtype = Scalar.dtype(type);
    TensorView view = Scalar.view(type, dtype, value);
    assertEquals(dtype, view.spec().dtype());
    return ((HostMemory) view.memory()).slice(0, (int) view.spec().byteCount());
  }

  private static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of(boolean.class, true, DType.BOOL, "01"),
        Arguments.of(boolean.class, false, DType.BOOL, "00"),
        Arguments.of(byte.class, (byte) -2, DType.INT8, "fe"),
        Arguments.of(short.class, (short) 0x1234, DType.INT16, "3412"),
        Arguments.of(short.class, Short.MIN_VALUE, DType.INT16, "0080"),
        Arguments.of(char.class, '\u20ac', DType.UINT16, "ac20"),
        Arguments.of(int.class, 0x12345678, DType.INT32, "78563412"),
        Arguments.of(int.class, -1, DType.INT32, "ffffffff"),
        Arguments.of(long.class, 0x1122334455667788L, DType.INT64, "8877665544332211"),
        Arguments.of(float.class, 1.5f, DType.FLOAT32, "0000c03f"),
        Arguments.of(float.class, -0.0f, DType.FLOAT32, "00000080"),
        Arguments.of(double.class, 1.5, DType.FLOAT64, "000000000000f83f"),
        Arguments.of(String.class, "a\u20ac", DType.UINT8, "61e282ac"),
        Arguments.of(String.class, "", DType.UINT8, ""),
        Arguments.of(Colour.class, Colour.RED, DType.UINT8, "524544"),
        Arguments.of(Colour.class, Colour.GREEN, DType.UINT8, "475245454e"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void hasItsLittleEndianBytesAndIsReadFromThem(
      Class<?> type, Object value, DType dtype, String hex) {
    assertEquals(dtype, Scalar.dtype(type));
    assertEquals(hex, hex(bytes(type, value)));
    ByteBuffer stored = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    assertEquals(value, Scalar.read(type, stored));
  }

  @Test
  void otherTypesAreNone() {
    assertNull(Scalar.dtype(Integer.class));
    assertNull(Scalar.dtype(Object.class));
    assertNull(Scalar.dtype(int[].class));
    assertNull(Scalar.dtype(void.class));
  }

  @Test
  void primitivesHaveNoDimensionAndTextHasOne() {
    assertEquals(TensorSpec.of(DType.INT64), Scalar.view(long.class, DType.INT64, 5L).spec());
    assertEquals(
        TensorSpec.of(DType.UINT8, 4), Scalar.view(String.class, DType.UINT8, "a\u20ac").spec());
  }

  @Test
  void isReadWhereverThePositionOfItsBytesIs() {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("78563412"));
    bytes.position(2).limit(3).order(ByteOrder.BIG_ENDIAN);
    assertEquals(0x12345678, Scalar.read(int.class, bytes));
    assertEquals(2, bytes.position(), "and changes nothing of them");
    assertEquals(3, bytes.limit());
    assertSame(ByteOrder.BIG_ENDIAN, bytes.order());
  }

  @Test
  void anyByteButZeroIsTrue() {
    assertEquals(true, Scalar.read(boolean.class, ByteBuffer.wrap(new byte[] {2})));
    assertEquals(false, Scalar.read(boolean.class, ByteBuffer.wrap(new byte[] {0})));
  }

  @Test
  void aTextKeepsHalvesOfPairs() {
    String half = "x\ud83d";
    ByteBuffer bytes = bytes(String.class, half);
    assertArrayEquals(
        half.toCharArray(), ((String) Scalar.read(String.class, bytes)).toCharArray());
  }

  @Test
  void aConstantThatIsNoMoreIsNamedWithTheRemedy() {
    ByteBuffer bytes = ByteBuffer.wrap("BLUE".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> Scalar.read(Colour.class, bytes));
    assertEquals(
        "a stored value is BLUE, which "
            + Colour.class.getName()
            + " has not any more; remove the entry, or give the scope another fingerprint",
        refused.getMessage());
    assertEquals(
        CacheLevel.HEAVY, Scalar.read(CacheLevel.class, bytes(CacheLevel.class, CacheLevel.HEAVY)));
  }
}
