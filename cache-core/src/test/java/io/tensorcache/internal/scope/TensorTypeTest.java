package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.ClosableTensor;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTypeTest {
  private final KeepableTensors adapter = new KeepableTensors();
  private final TensorType<ClosableTensor> type = new TensorType<>(adapter);
  private final ClosableTensor tensor = KeepableTensors.of(1, 2);

  @Test
  void isOnePartWithoutAName() {
    List<ValueType.Part> parts = type.parts(tensor);
    assertEquals(1, parts.size());
    assertEquals("", parts.get(0).name());
    assertEquals(TensorSpec.of(DType.FLOAT32, 2), parts.get(0).view().spec());
    assertEquals("a tensor", type.description());
  }

  @Test
  void isReadAsItWasWritten() {
    Row row = RowValues.copy(type.parts(tensor), 1);
    assertNotNull(row);
    ClosableTensor read = RowValues.of(type, row);
    assertNotSame(tensor, read);
    assertArrayEquals(new float[] {1, 2}, read.tensor().floats());
    assertEquals(List.of(read), adapter.made);
  }

  @Test
  void acceptsTensorsOfItsAdapterOnly() {
    assertSame(tensor, type.accept(tensor));
    assertNull(type.accept(HostTensor.ofFloats(new float[] {1}, 1)));
    assertNull(type.accept(List.of(tensor)));
  }

  @Test
  void matchesRowsOfOnePartWithoutAName() {
    TensorSpec spec = TensorSpec.of(DType.INT8, 3);
    assertTrue(type.matches(RowSchema.of(spec)));
    RowSchema.Part named = new RowSchema.Part("0", spec, DType.INT8);
    assertFalse(type.matches(new RowSchema(List.of(named))));
    RowSchema.Part unnamed = new RowSchema.Part("", spec, DType.INT8);
    assertFalse(type.matches(new RowSchema(List.of(unnamed, named))));
  }

  @Test
  void asksTheAdapter() {
    assertTrue(type.isUsable(tensor));
    type.checkCopy(tensor);
    assertThrows(IllegalArgumentException.class, () -> type.checkCopy(KeepableTensors.of(-1)));
    assertSame(tensor, type.movedTo(tensor, "cpu"));
    assertEquals("elsewhere", type.movedTo(tensor, "elsewhere").device());
    tensor.close();
    assertFalse(type.isUsable(tensor));
  }

  @Test
  void aSlotThatNobodyGotIsReleased() {
    ValueType.Slot slot =
        type.newSlot(new RowSchema.Part("", TensorSpec.of(DType.FLOAT32, 2), DType.FLOAT32));
    assertEquals(8, slot.bytes().capacity());
    assertEquals(1, adapter.made.size());
    ClosableTensor made = adapter.made.get(0);
    type.release(slot.value());
    assertEquals(List.of(), adapter.made);
    assertFalse(type.isUsable(made));
  }
}
