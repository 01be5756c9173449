package io.tensorcache.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodedEntryTest {
  private static final TensorKey KEY = new TensorKey(1, 2);

  private static byte[] joined(EncodedEntry entry) {
    ByteBuffer out = ByteBuffer.allocate(entry.byteCount());
    entry.pieces().forEach(out::put);
    assertEquals(0, out.remaining());
    return out.array();
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void piecesAreTheEntryOneAfterAnother(Compression compression) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      Row row = SampleRows.several(random);
      EncodedEntry entry = EncodedEntry.of(KEY, row, row.group(), compression);
      byte[] bytes = joined(entry);
      assertArrayEquals(entry.joined().array(), bytes, () -> "seed " + seed);
      Row read = EntryFormatV1.decode(ByteBuffer.wrap(bytes), KEY);
      assertEquals(row.schema(), read.schema());
      assertEquals(row.group(), read.group());
      for (int part = 0; part < row.schema().parts().size(); part++) {
        assertArrayEquals(row.payload(part), read.payload(part), () -> "seed " + seed);
      }
    }
  }

  @Test
  void rowsThatWereCompressedBeforeAreNotTouchedByTheNext() {
    byte[] ones = new byte[10_000];
    java.util.Arrays.fill(ones, (byte) 1);
    EncodedEntry first = EncodedEntry.of(KEY, row(ones), 0, Compression.LZ4);
    byte[] before = joined(first);
    assertTrue(before.length < 1000);
    EncodedEntry.of(KEY, row(new byte[10_000]), 0, Compression.LZ4);
    assertArrayEquals(before, joined(first));
  }

  @Test
  void whatDoesNotCompressIsNotCopied() {
    byte[] payload = new byte[10_000];
    new Random(1).nextBytes(payload);
    for (Compression compression : Compression.values()) {
      EncodedEntry entry = EncodedEntry.of(KEY, row(payload), 0, compression);
      payload[5]++; // the row's own array, seen through the piece
      assertEquals(payload[5], entry.pieces().get(1).get(5));
      payload[5]--;
    }
  }

  @Test
  void groupIsWhatIsAskedFor() {
    Row row = SampleRows.ofBytes(77, 100);
    ByteBuffer entry = EncodedEntry.of(KEY, row, 0, Compression.NONE).joined();
    assertEquals(0, EntryFormatV1.readHeader(entry).group());
    assertEquals(
        77, EntryFormatV1.readHeader(EntryFormatV1.encode(KEY, row, Compression.NONE)).group());
  }

  @Test
  void piecesCannotBeWritten() {
    EncodedEntry entry = EncodedEntry.of(KEY, SampleRows.ofBytes(1, 100), 0, Compression.NONE);
    assertNotSame(entry.pieces().get(0), entry.pieces().get(0));
    assertThrows(ReadOnlyBufferException.class, () -> entry.pieces().get(1).put(0, (byte) 1));
  }

  private static Row row(byte[] payload) {
    RowSchema schema = RowSchema.of(TensorSpec.of(DType.UINT8, payload.length));
    return Row.of(schema, 0, new byte[][] {payload});
  }
}
