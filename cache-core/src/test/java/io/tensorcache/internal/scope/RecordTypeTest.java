package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.ClosableTensor;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.TensorDraft;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordTypeTest {
  record Fit(ClosableTensor weights, int steps, String title, ClosableTensor bias) {}

  record Positive(int number) {
    Positive {
      if (number < 1) {
        throw new IllegalArgumentException(number + " is too small");
      }
    }
  }

  record Blind(int number) {
    @Override
    public int number() {
      throw new IllegalStateException("cannot be asked");
    }
  }

  record Listed(List<String> names) {}

  record Nothing() {}

  private final KeepableTensors adapter = new KeepableTensors();
  private final RecordType<ClosableTensor, Fit> type = new RecordType<>(adapter, Fit.class);
  private final Fit fit =
      new Fit(KeepableTensors.of(1, 2), 7, "gr\u00f6\u00dfe", KeepableTensors.of(3));

  private Row row() {
    Row row = RowValues.copy(type.parts(fit), 1);
    assertNotNull(row);
    return row;
  }

  private static RowSchema schema(Object... namesAndSpecs) {
    List<RowSchema.Part> parts = new ArrayList<>();
    for (int i = 0; i < namesAndSpecs.length; i += 2) {
      TensorSpec spec = (TensorSpec) namesAndSpecs[i + 1];
      String name = "Fit\u001f" + namesAndSpecs[i];
      parts.add(new RowSchema.Part(name, spec, spec.dtype()));
    }
    return new RowSchema(parts);
  }

  @Test
  void partsAreTheComponentsInTheirOrder() {
    List<ValueType.Part> parts = type.parts(fit);
    assertEquals(
        List.of("Fit.weights", "Fit.steps", "Fit.title", "Fit.bias"),
        parts.stream().map(part -> RecordType.shown(part.name())).toList());
    assertEquals(
        List.of(
            TensorSpec.of(DType.FLOAT32, 2),
            TensorSpec.of(DType.INT32),
            TensorSpec.of(DType.UINT8, 7),
            TensorSpec.of(DType.FLOAT32, 1)),
        parts.stream().map(part -> part.view().spec()).toList());
    assertTrue(parts.stream().allMatch(part -> RecordType.isComponent(part.name())));
    assertFalse(RecordType.isComponent("Fit.weights"), "a dot may be in any name");
  }

  @Test
  void isReadAsItWasWritten() {
    Fit read = RowValues.of(type, row());
    assertNotSame(fit, read);
    assertArrayEquals(new float[] {1, 2}, read.weights().tensor().floats());
    assertArrayEquals(new float[] {3}, read.bias().tensor().floats());
    assertEquals(7, read.steps());
    assertEquals("gr\u00f6\u00dfe", read.title());
    assertEquals(List.of(read.weights(), read.bias()), adapter.made);
  }

  @Test
  void tensorsAreReadToDraftsAndScalarsToBytes() {
    List<RowSchema.Part> parts = row().schema().parts();
    assertInstanceOf(TensorDraft.class, type.newSlot(parts.get(0)).value());
    ValueType.Slot steps = type.newSlot(parts.get(1));
    assertSame(steps.bytes(), steps.value());
    assertEquals(4, steps.bytes().capacity());
    assertEquals(7, type.newSlot(parts.get(2)).bytes().capacity());
    assertInstanceOf(TensorDraft.class, type.newSlot(parts.get(3)).value());
    assertEquals(2, adapter.made.size());
  }

  @Test
  void acceptsItsOwnRecordsOnly() {
    assertSame(fit, type.accept(fit));
    assertNull(type.accept(new Positive(1)));
    assertNull(type.accept("a Fit"));
    assertEquals("a record Fit", type.description());
  }

  @Test
  void matchesRowsOfTheSameComponents() {
    TensorSpec steps = TensorSpec.of(DType.INT32);
    TensorSpec title = TensorSpec.of(DType.UINT8, 3);
    TensorSpec any = TensorSpec.of(DType.INT64, 5, 5);
    assertTrue(type.matches(row().schema()));
    assertTrue(type.matches(schema("weights", any, "steps", steps, "title", title, "bias", any)));
    assertFalse(type.matches(schema("weights", any, "steps", steps, "title", title)));
    assertFalse(
        type.matches(
            schema("weights", any, "steps", steps, "title", title, "bias", any, "x", any)));
    assertFalse(type.matches(schema("w", any, "steps", steps, "title", title, "bias", any)));
    assertFalse(type.matches(schema("steps", steps, "weights", any, "title", title, "bias", any)));
    assertFalse(type.matches(RowSchema.of(any)));
  }

  @Test
  void aScalarOfAnotherVersionDoesNotMatch() {
    TensorSpec any = TensorSpec.of(DType.INT64, 5, 5);
    TensorSpec title = TensorSpec.of(DType.UINT8, 3);
    for (TensorSpec other :
        List.of(
            TensorSpec.of(DType.INT64),
            TensorSpec.of(DType.INT32, 1),
            TensorSpec.of(DType.UINT8))) {
      assertFalse(
          type.matches(schema("weights", any, "steps", other, "title", title, "bias", any)),
          other.toString());
    }
    TensorSpec steps = TensorSpec.of(DType.INT32);
    for (TensorSpec other :
        List.of(
            TensorSpec.of(DType.UINT8),
            TensorSpec.of(DType.UINT8, 3, 1),
            TensorSpec.of(DType.INT8, 3))) {
      assertFalse(
          type.matches(schema("weights", any, "steps", steps, "title", other, "bias", any)),
          other.toString());
    }
  }

  @Test
  void oneClosedTensorMakesItUnusable() {
    assertTrue(type.isUsable(fit));
    fit.bias().close();
    assertFalse(type.isUsable(fit));
  }

  @Test
  void eachTensorIsAskedWhetherItMayBeKept() {
    type.checkCopy(fit);
    Fit refused = new Fit(KeepableTensors.of(1), 7, "t", KeepableTensors.of(-1));
    assertThrows(IllegalArgumentException.class, () -> type.checkCopy(refused));
  }

  @Test
  void movesItsTensorsAndKeepsItsScalars() {
    assertSame(fit, type.movedTo(fit, "cpu"), "it is there");
    Fit moved = type.movedTo(fit, "elsewhere");
    assertNotSame(fit, moved);
    assertEquals("elsewhere", moved.weights().device());
    assertEquals("elsewhere", moved.bias().device());
    assertEquals(7, moved.steps());
    assertEquals("gr\u00f6\u00dfe", moved.title());
    Fit halfMoved = new Fit(moved.weights(), 7, "t", fit.bias());
    assertSame(moved.weights(), type.movedTo(halfMoved, "elsewhere").weights());
  }

  @Test
  void nullIsNamed() {
    Fit noBias = new Fit(KeepableTensors.of(1), 7, "t", null);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> type.parts(noBias));
    assertEquals("component \"bias\" of " + Fit.class.getName() + " is null", refused.getMessage());
    Fit noTitle = new Fit(KeepableTensors.of(1), 7, null, KeepableTensors.of(1));
    assertThrows(IllegalArgumentException.class, () -> type.parts(noTitle));
  }

  @Test
  void aComponentThatCannotBeReadIsNamed() {
    RecordType<ClosableTensor, Blind> blind = new RecordType<>(adapter, Blind.class);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> blind.parts(new Blind(1)));
    assertEquals(
        "component \"number\" of " + Blind.class.getName() + " cannot be read",
        refused.getMessage());
  }

  @Test
  void onlyRecordsOfTensorsAndScalarsAreTypes() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new RecordType<>(adapter, Listed.class));
    assertEquals(
        "component \"names\" of "
            + Listed.class.getName()
            + " is a java.util.List; it must be a primitive, a String, an enum or a tensor of the"
            + " scope's type (io.tensorcache.ClosableTensor)",
        refused.getMessage());
    for (Class<?> none : Arrays.asList(Nothing.class, String.class)) {
      refused = assertThrows(IllegalArgumentException.class, () -> new RecordType<>(adapter, none));
      assertTrue(refused.getMessage().startsWith(none.getName() + " is not a record with"));
    }
  }

  @Test
  void aRecordThatBecameStricterRefusesWhatWasStored() {
    RecordType<ClosableTensor, Positive> positive = new RecordType<>(adapter, Positive.class);
    ByteBuffer bytes = ByteBuffer.allocate(4);
    RowSchema schema = RowSchema.of(TensorSpec.of(DType.INT32));
    CorruptEntryException refused =
        assertThrows(CorruptEntryException.class, () -> positive.build(schema, List.of(bytes)));
    assertTrue(
        refused.getMessage().contains("Positive refuses the values it was stored with"),
        refused.getMessage());
    assertTrue(refused.getMessage().contains("0 is too small"), refused.getMessage());
    bytes.put(0, (byte) 1);
    assertEquals(new Positive(1), positive.build(schema, List.of(bytes)));
  }
}
