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
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Long entries of direct memory are copied and summed by what may be used for it. */
class SummingCopyTest {
  private static final TensorKey KEY = new TensorKey(1, 2);
  private static final int BYTES = 20_000;

  private int copies;

  /** Continues a sum by summing all of it again. */
  private final class InJava implements SummingCopy {
    private final CRC32C all = new CRC32C();

    InJava(ByteBuffer entry) {
      int header = EntryFormatV1.headerBytes(entry);
      all.update(entry.duplicate().position(EntryFormatV1.CHECKED_FROM).limit(header));
    }

    @Override
    public int copy(int sum, ByteBuffer from, ByteBuffer to) {
      assertEquals((int) all.getValue(), sum);
      assertTrue(from.isDirect() && to.isDirect());
      copies++;
      all.update(from.duplicate());
      to.duplicate().put(from.duplicate());
      return (int) all.getValue();
    }
  }

  private static ByteBuffer direct(ByteBuffer bytes) {
    return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
  }

  private static Row row(int... lengths) {
    RowSchema.Part[] parts = new RowSchema.Part[lengths.length];
    byte[][] payloads = new byte[lengths.length][];
    for (int i = 0; i < lengths.length; i++) {
      parts[i] = new RowSchema.Part("p" + i, TensorSpec.of(DType.UINT8, lengths[i]), DType.UINT8);
      payloads[i] = new byte[lengths[i]];
      new Random(i).nextBytes(payloads[i]);
    }
    return Row.of(new RowSchema(List.of(parts)), 0, payloads);
  }

  private boolean decode(ByteBuffer entry, Row row, ByteBuffer[] buffers) {
    RowTarget target = new RowTarget(row.schema(), buffers);
    return EntryFormatV1.decodeInto(entry, KEY, target, new InJava(entry));
  }

  private static ByteBuffer entry(Row row) {
    return EntryFormatV1.encode(KEY, row, Compression.NONE);
  }

  @Test
  void itCopiesEachPart() {
    Row row = row(BYTES, 0, 3, BYTES);
    ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
    assertTrue(decode(direct(entry(row)), row, buffers));
    assertEquals(3, copies, "nothing needs no copy");
    for (int part = 0; part < buffers.length; part++) {
      int length = row.payload(part).length;
      assertArrayEquals(row.payload(part), SampleRows.bytesAt(buffers[part], 0, length));
    }
  }

  @Test
  void itGoesWhereTheTargetSays() {
    Row row = row(BYTES);
    ByteBuffer[] buffers = {ByteBuffer.allocateDirect(3 * BYTES)};
    RowTarget target = new RowTarget(row.schema(), buffers).at(0, BYTES);
    ByteBuffer entry = direct(entry(row));
    assertTrue(EntryFormatV1.decodeInto(entry, KEY, target, new InJava(entry)));
    assertArrayEquals(row.payload(0), SampleRows.bytesAt(buffers[0], BYTES, BYTES));
    assertArrayEquals(new byte[BYTES], SampleRows.bytesAt(buffers[0], 0, BYTES));
    assertArrayEquals(new byte[BYTES], SampleRows.bytesAt(buffers[0], 2 * BYTES, BYTES));
  }

  @Test
  void javaCopiesWhatItCannot() {
    Row row = row(BYTES);
    Row small = row(2048);
    ByteBuffer[] heap = SampleRows.buffers(row.schema(), 1, false);
    assertTrue(decode(direct(entry(row)), row, heap), "to the heap");
    assertTrue(decode(entry(row), row, SampleRows.buffers(row.schema(), 1, true)), "from there");
    assertTrue(
        decode(direct(entry(small)), small, SampleRows.buffers(small.schema(), 1, true)), "small");
    assertEquals(0, copies);
  }

  @Test
  void javaConvertsWhatIsStoredInAnotherDtype() {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, BYTES);
    RowSchema schema = new RowSchema(List.of(new RowSchema.Part("", spec, DType.FLOAT16)));
    Row row = Row.of(schema, 0, new byte[][] {new byte[2 * BYTES]});
    assertTrue(decode(direct(entry(row)), row, SampleRows.buffers(schema, 1, true)));
    assertEquals(0, copies);
  }

  @Test
  void eachFlippedBitIsFound() {
    Row row = row(BYTES, 40);
    ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
    ByteBuffer sound = entry(row);
    int last = sound.limit() - 1;
    for (int at = EntryFormatV1.CHECKED_FROM;
        at <= last;
        at = at == last ? at + 1 : Math.min(last, at + 379)) {
      ByteBuffer entry = direct(sound.duplicate());
      entry.put(at, (byte) (entry.get(at) ^ 1 << at % 8));
      assertThrows(CorruptEntryException.class, () -> decodeAnyHead(entry, row, buffers), "" + at);
    }
    assertFalse(copies == 0);
  }

  private void decodeAnyHead(ByteBuffer entry, Row row, ByteBuffer[] buffers) {
    RowTarget target = new RowTarget(row.schema(), buffers);
    SummingCopy copy = new InJava(direct(entry(row)));
    if (!EntryFormatV1.decodeInto(entry, KEY, target, copy)) {
      throw new AssertionError("another schema, and sound");
    }
  }
}
