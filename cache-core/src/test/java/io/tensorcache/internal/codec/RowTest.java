package io.tensorcache.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.RowSchema.Part;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowTest {
  private static final TensorSpec SPEC = TensorSpec.of(DType.FLOAT32, 3);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void copiesEveryPartToItsOffset(boolean direct) {
    Row row = SampleRows.several(new Random(3));
    ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 3, direct);
    RowTarget target = new RowTarget(row.schema(), buffers);
    for (int part = 0; part < buffers.length; part++) {
      target.at(part, (int) row.schema().parts().get(part).spec().byteCount());
    }
    row.copyTo(target);
    for (int part = 0; part < buffers.length; part++) {
      int bytes = (int) row.schema().parts().get(part).spec().byteCount();
      byte[] all = SampleRows.bytesAt(buffers[part], 0, 3 * bytes);
      byte[] expected = new byte[3 * bytes];
      System.arraycopy(SampleRows.expectedBytes(row, part), 0, expected, bytes, bytes);
      assertArrayEquals(expected, all, "part " + part);
    }
  }

  @Test
  void countsBytes() {
    Row row = SampleRows.several(new Random(3));
    assertEquals(140 + 572 + 2400 + 0 + 8 + 66 + 160, row.payloadBytes());
    assertEquals(row.payloadBytes(), row.schema().storedByteCount());
    assertEquals(140 + 572 + 2400 + 0 + 8 + 132 + 640, row.schema().byteCount());
  }

  @Test
  void refusesPayloadsThatDoNotFitTheSchema() {
    RowSchema schema = RowSchema.of(SPEC);
    assertThrows(
        IllegalArgumentException.class, () -> Row.of(schema, 0, new byte[][] {new byte[11]}));
    assertThrows(IllegalArgumentException.class, () -> Row.of(schema, 0, new byte[0][]));
  }

  @Test
  void refusesATargetOfAnotherSchema() {
    Row row = Row.of(RowSchema.of(SPEC), 0, new byte[][] {new byte[12]});
    RowSchema halved = RowSchema.of(SPEC, DType.FLOAT16);
    RowTarget target = SampleRows.target(halved, 1, false);
    assertFalse(target.expects(row.schema()));
    assertTrue(target.expects(RowSchema.of(TensorSpec.of(DType.FLOAT32, 3), DType.FLOAT16)));
    assertThrows(IllegalArgumentException.class, () -> row.copyTo(target));
  }

  @Test
  void refusesOffsetsWhereARowDoesNotFit() {
    RowTarget target = SampleRows.target(RowSchema.of(SPEC), 2, true);
    assertEquals(target, target.at(0, 12));
    assertThrows(IndexOutOfBoundsException.class, () -> target.at(0, 13));
    assertThrows(IndexOutOfBoundsException.class, () -> target.at(0, -1));
  }

  @Test
  void refusesBuffersThatAreTooFewTooSmallOrReadOnly() {
    RowSchema schema = RowSchema.of(SPEC);
    ByteBuffer readOnly = ByteBuffer.allocate(12).asReadOnlyBuffer();
    ByteBuffer small = ByteBuffer.allocate(11);
    assertThrows(
        IllegalArgumentException.class, () -> new RowTarget(schema, new ByteBuffer[] {readOnly}));
    assertThrows(
        IllegalArgumentException.class, () -> new RowTarget(schema, new ByteBuffer[] {small}));
    assertThrows(IllegalArgumentException.class, () -> new RowTarget(schema, new ByteBuffer[0]));
  }

  @Test
  void targetIgnoresPositionLimitAndByteOrderOfItsBuffers() {
    ByteBuffer buffer = ByteBuffer.allocate(24).position(20).limit(21);
    Row row = SampleRows.dense(new Random(5), SPEC);
    row.copyTo(new RowTarget(row.schema(), new ByteBuffer[] {buffer}).at(0, 12));
    assertEquals(20, buffer.position());
    assertEquals(21, buffer.limit());
    assertArrayEquals(row.payload(0), SampleRows.bytesAt(buffer.clear(), 12, 12));
  }

  @Test
  void schemaRefusesWhatAnEntryCannotHold() {
    assertThrows(IllegalArgumentException.class, () -> new RowSchema(List.of()));
    Part part = new Part("a", SPEC, DType.FLOAT32);
    assertThrows(IllegalArgumentException.class, () -> new RowSchema(List.of(part, part)));
    List<Part> many = new ArrayList<>();
    for (int i = 0; i < 1025; i++) {
      many.add(new Part("p" + i, SPEC, DType.FLOAT32));
    }
    assertThrows(IllegalArgumentException.class, () -> new RowSchema(many));
    String longName = "ü".repeat(33_000);
    assertThrows(IllegalArgumentException.class, () -> new Part(longName, SPEC, DType.FLOAT32));
    TensorSpec deep = TensorSpec.of(DType.FLOAT32, new long[256]);
    assertThrows(IllegalArgumentException.class, () -> new Part("a", deep, DType.FLOAT32));
    assertThrows(IllegalArgumentException.class, () -> new Part("a", SPEC, DType.INT8));
  }

  @Test
  void schemaKeepsTheOrderOfItsParts() {
    Part first = new Part("b", SPEC, DType.FLOAT32);
    Part second = new Part("a", SPEC, DType.FLOAT32);
    List<Part> parts = new ArrayList<>(List.of(first, second));
    RowSchema schema = new RowSchema(parts);
    parts.clear();
    assertEquals(List.of(first, second), schema.parts());
  }
}
