package io.tensorcache.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EntryFormatV1Test {
  private static final TensorKey KEY = new TensorKey(0x0123456789abcdefL, 0xfedcba9876543210L);

  private static Properties golden() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        EntryFormatV1Test.class.getResourceAsStream("/codec/entry-format-v1.properties")) {
      properties.load(in);
    }
    return properties;
  }

  /** Rows whose bytes are written down in the resource. */
  private static Row goldenRow(String name) {
    byte[] floats = new byte[12];
    ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN).putFloat(1f).putFloat(-2f).putFloat(3f);
    TensorSpec three = TensorSpec.of(DType.FLOAT32, 3);
    return switch (name) {
      case "plain" -> Row.of(RowSchema.of(three), 7, new byte[][] {floats});
      case "scalar" ->
          Row.of(RowSchema.of(TensorSpec.of(DType.INT64)), -1, new byte[][] {new byte[8]});
      case "zeros" ->
          Row.of(RowSchema.of(TensorSpec.of(DType.UINT8, 200)), 0, new byte[][] {new byte[200]});
      case "integers" -> {
        byte[] bytes = new byte[400];
        ByteBuffer longs = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 50; i++) {
          longs.putLong(i);
        }
        yield Row.of(
            RowSchema.of(TensorSpec.of(DType.INT64, 5, 10)), 1 << 30, new byte[][] {bytes});
      }
      case "several" -> {
        RowSchema schema =
            new RowSchema(
                List.of(
                    new RowSchema.Part("mean", three, DType.FLOAT32),
                    new RowSchema.Part("größe", TensorSpec.of(DType.FLOAT64, 2), DType.BFLOAT16),
                    new RowSchema.Part("none", TensorSpec.of(DType.INT8, 0, 4), DType.INT8)));
        yield Row.of(schema, 3, new byte[][] {floats, {(byte) 0x80, 0x3F, 0, 0x40}, {}});
      }
      default -> throw new AssertionError(name);
    };
  }

  @Test
  void readsAndWritesTheBytesThatAreWrittenDown() throws IOException {
    Properties golden = golden();
    assertEquals(5, golden.size());
    for (String name : golden.stringPropertyNames()) {
      byte[] expected = HexFormat.of().parseHex(golden.getProperty(name).replace(" ", ""));
      Row row = goldenRow(name);
      assertRow(row, EntryFormatV1.decode(ByteBuffer.wrap(expected), KEY));
      // what compresses may change with LZ4's compressor: only its decoding is fixed
      boolean plain = !name.equals("zeros") && !name.equals("integers");
      Compression compression = plain ? Compression.NONE : Compression.LZ4;
      byte[] written = bytes(EntryFormatV1.encode(KEY, row, compression));
      if (plain) {
        assertEquals(HexFormat.of().formatHex(expected), HexFormat.of().formatHex(written), name);
      } else {
        assertEquals(row.schema(), EntryFormatV1.readSchema(ByteBuffer.wrap(written)));
      }
    }
  }

  @Test
  void compressedGoldenEntriesAreCompressed() throws IOException {
    int zeros = golden().getProperty("zeros").replace(" ", "").length() / 2;
    int integers = golden().getProperty("integers").replace(" ", "").length() / 2;
    assertTrue(zeros < 100, zeros + " bytes for 200 zeros");
    assertTrue(integers < 250, integers + " bytes for 50 small int64 values");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyDtypeComesBack(DType dtype) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long[][] shapes = {{}, {0}, {1}, {3, 0, 2}, {17}, {4, 5, 6}, {1000}, {2, 1, 1, 1, 1, 1, 99}};
    for (long[] shape : shapes) {
      TensorSpec spec = TensorSpec.of(dtype, shape);
      byte[] sparse = new byte[(int) spec.byteCount()];
      for (int i = 0; i < sparse.length; i += 1 + random.nextInt(40)) {
        sparse[i] = (byte) random.nextInt(4);
      }
      Row compressible = Row.of(RowSchema.of(spec), random.nextInt(), new byte[][] {sparse});
      for (Compression compression : Compression.values()) {
        comesBack(compressible, compression, "seed " + seed + " " + spec);
        comesBack(SampleRows.dense(random, spec), compression, "seed " + seed + " " + spec);
      }
    }
  }

  @Test
  void partsTooLongForScratchMemoryComeBack() {
    byte[] half = new byte[12 << 20];
    new Random(1).nextBytes(half);
    Arrays.fill(half, half.length / 2, half.length, (byte) 0);
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, half.length / Float.BYTES);
    comesBack(Row.of(RowSchema.of(spec), 1, new byte[][] {half}), Compression.LZ4, "12 MiB");
  }

  @Test
  void severalPartsComeBackInOrder() {
    for (int seed = 0; seed < 20; seed++) {
      for (Compression compression : Compression.values()) {
        comesBack(SampleRows.several(new Random(seed)), compression, "seed " + seed);
      }
    }
  }

  /** Through every kind of buffer on both sides, and as a row. */
  private static void comesBack(Row row, Compression compression, String message) {
    TensorKey key = new TensorKey(row.group(), message.hashCode());
    ByteBuffer entry = EntryFormatV1.encode(key, row, compression);
    assertEquals(0, entry.position());
    EntryHeader header = EntryFormatV1.readHeader(entry);
    assertEquals(
        new EntryHeader(key, row.group(), row.schema(), entry.remaining(), header.codecs()),
        header,
        message);
    assertEquals(row.schema().parts().size(), header.codecs().size(), message);
    assertRow(row, EntryFormatV1.decode(entry, key));
    byte[] bytes = bytes(entry);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 5).position(3);
    direct.put(bytes).position(3).limit(3 + bytes.length);
    for (ByteBuffer in :
        List.of(entry, entry.asReadOnlyBuffer(), direct, direct.asReadOnlyBuffer())) {
      int position = in.position();
      ByteOrder order = in.order();
      for (boolean toDirect : new boolean[] {true, false}) {
        ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 2, toDirect);
        RowTarget target = new RowTarget(row.schema(), buffers);
        for (int part = 0; part < buffers.length; part++) {
          target.at(part, buffers[part].capacity() / 2);
        }
        assertTrue(EntryFormatV1.decodeInto(in, key, target), message);
        for (int part = 0; part < buffers.length; part++) {
          int size = buffers[part].capacity() / 2;
          byte[] expected = SampleRows.expectedBytes(row, part);
          assertArrayEquals(expected, SampleRows.bytesAt(buffers[part], size, size), message);
          assertArrayEquals(new byte[size], SampleRows.bytesAt(buffers[part], 0, size), message);
        }
      }
      assertEquals(position, in.position());
      assertEquals(order, in.order());
    }
  }

  @Test
  void keepsCompressionOnlyWhenItSavesFivePercent() {
    TensorSpec spec = TensorSpec.of(DType.UINT8, 10_000);
    Random random = new Random(9);
    int header = EntryFormatV1.headerBytes(RowSchema.of(spec));
    for (int zeros : new int[] {0, 300, 450, 600, 1000, 9000}) {
      byte[] bytes = new byte[10_000];
      random.nextBytes(bytes);
      java.util.Arrays.fill(bytes, 0, zeros, (byte) 0);
      Row row = Row.of(RowSchema.of(spec), 0, new byte[][] {bytes});
      int stored = EntryFormatV1.encode(KEY, row, Compression.LZ4).remaining() - header;
      assertTrue(stored == 10_000 || stored <= 9_500, zeros + " zeros: " + stored);
      assertEquals(zeros >= 600, stored < 10_000, zeros + " zeros: " + stored);
      assertEquals(10_000, EntryFormatV1.encode(KEY, row, Compression.NONE).remaining() - header);
    }
  }

  @Test
  void shufflesIntegersButNotFloats() {
    byte[] longs = new byte[8000];
    Random random = new Random(4);
    for (int i = 0; i < 8000; i += 8) {
      longs[i] = (byte) random.nextInt();
    }
    TensorSpec integers = TensorSpec.of(DType.INT64, 1000);
    int shuffled = entryBytes(integers, longs);
    int asDoubles = entryBytes(integers.withDtype(DType.FLOAT64), longs);
    assertTrue(shuffled < 1200, "int64: " + shuffled);
    assertTrue(asDoubles > 2 * shuffled, "the same bytes as float64: " + asDoubles);
  }

  private static int entryBytes(TensorSpec spec, byte[] payload) {
    Row row = Row.of(RowSchema.of(spec), 0, new byte[][] {payload});
    return EntryFormatV1.encode(KEY, row, Compression.LZ4).remaining();
  }

  @Test
  void saysWhenASoundEntryHoldsAnotherSchema() {
    Row row = SampleRows.dense(new Random(1), TensorSpec.of(DType.FLOAT32, 4));
    ByteBuffer entry = EntryFormatV1.encode(KEY, row, Compression.NONE);
    for (RowSchema other :
        List.of(
            RowSchema.of(TensorSpec.of(DType.INT32, 4)),
            RowSchema.of(TensorSpec.of(DType.FLOAT32, 2, 2)),
            RowSchema.of(TensorSpec.of(DType.FLOAT32, 5)),
            RowSchema.of(TensorSpec.of(DType.FLOAT32, 4), DType.FLOAT16),
            new RowSchema(
                List.of(
                    new RowSchema.Part("x", TensorSpec.of(DType.FLOAT32, 4), DType.FLOAT32))))) {
      ByteBuffer[] buffers = SampleRows.buffers(other, 1, false);
      assertFalse(EntryFormatV1.decodeInto(entry, KEY, new RowTarget(other, buffers)));
      assertArrayEquals(new byte[buffers[0].capacity()], buffers[0].array(), "nothing written");
    }
  }

  @Test
  void aFlippedSchemaIsCorruptAndNotAnotherSchema() {
    Row row = SampleRows.dense(new Random(1), TensorSpec.of(DType.FLOAT32, 4));
    ByteBuffer entry = EntryFormatV1.encode(KEY, row, Compression.NONE);
    entry.put(EntryFormatV1.SCHEMA_OFFSET + 2, (byte) DType.INT32.code());
    RowTarget target = SampleRows.target(row.schema(), 1, false);
    assertThrows(CorruptEntryException.class, () -> EntryFormatV1.decodeInto(entry, KEY, target));
  }

  @Test
  void refusesTheEntryOfAnotherKey() {
    Row row = SampleRows.dense(new Random(1), TensorSpec.of(DType.FLOAT32, 4));
    ByteBuffer entry = EntryFormatV1.encode(KEY, row, Compression.NONE);
    RowTarget target = SampleRows.target(row.schema(), 1, false);
    for (TensorKey other :
        List.of(new TensorKey(KEY.hi() + 1, KEY.lo()), new TensorKey(KEY.hi(), KEY.lo() ^ 1))) {
      CorruptEntryException refused =
          assertThrows(
              CorruptEntryException.class, () -> EntryFormatV1.decodeInto(entry, other, target));
      assertTrue(refused.getMessage().contains(KEY.toString()), refused.getMessage());
      assertThrows(CorruptEntryException.class, () -> EntryFormatV1.decode(entry, other));
    }
  }

  @Test
  void headerBytesIsWhatAnEntryAddsToItsPayload() {
    Row row = SampleRows.several(new Random(2));
    int entry = EntryFormatV1.encode(KEY, row, Compression.NONE).remaining();
    assertEquals(entry, EntryFormatV1.headerBytes(row.schema()) + row.payloadBytes());
  }

  private static void assertRow(Row expected, Row actual) {
    assertEquals(expected.schema(), actual.schema());
    assertEquals(expected.group(), actual.group());
    for (int part = 0; part < expected.schema().parts().size(); part++) {
      assertArrayEquals(expected.payload(part), actual.payload(part), "part " + part);
    }
  }

  private static byte[] bytes(ByteBuffer entry) {
    byte[] bytes = new byte[entry.remaining()];
    entry.duplicate().get(bytes);
    return bytes;
  }

  /** Prints the golden entries; run by hand, only when a row is added. */
  public static void main(String[] names) {
    for (String name : List.of("plain", "scalar", "zeros", "integers", "several")) {
      byte[] entry = bytes(EntryFormatV1.encode(KEY, goldenRow(name), Compression.LZ4));
      System.out.println(name + " = " + HexFormat.of().formatHex(entry));
    }
    System.out.println("# key " + KEY + ", charset " + StandardCharsets.UTF_8);
  }
}
