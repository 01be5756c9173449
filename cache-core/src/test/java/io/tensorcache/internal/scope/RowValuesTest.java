package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.ClosableTensor;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowValuesTest {
  private final KeepableTensors adapter = new KeepableTensors();
  private final ListType<ClosableTensor> tuple = new ListType<>(adapter);
  private final ClosableTensor first = KeepableTensors.of(1, 2);
  private final ClosableTensor second = KeepableTensors.of(3);

  private Row row() {
    Row row = RowValues.copy(tuple.parts(List.of(first, second)), -7);
    assertNotNull(row);
    return row;
  }

  @Test
  void aRowHasTheNamesSpecsAndBytesOfTheParts() {
    Row row = row();
    assertEquals(-7, row.group());
    assertEquals(
        List.of(
            new RowSchema.Part("0", TensorSpec.of(DType.FLOAT32, 2), DType.FLOAT32),
            new RowSchema.Part("1", TensorSpec.of(DType.FLOAT32, 1), DType.FLOAT32)),
        row.schema().parts());
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40}, row.payload(0));
    assertArrayEquals(new byte[] {0, 0, 0x40, 0x40}, row.payload(1));
  }

  @Test
  void aRowIsACopy() {
    Row row = row();
    first.tensor().bytes().putFloat(0, 99);
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40}, row.payload(0));
  }

  @Test
  void followsStrides() {
    HostTensor matrix = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});
    TensorView transposed =
        TensorView.of(matrix.spec(), new long[] {4, 8}, HostMemory.of(matrix.bytes()), 0);
    Row row = RowValues.copy(List.of(new ValueType.Part("", transposed)), 1);
    assertNotNull(row);
    TensorType<HostTensor> type = new TensorType<>(HostTensor.adapter());
    assertArrayEquals(new float[] {1, 3, 2, 4}, RowValues.of(type, row).floats());
  }

  @Test
  void aPartThatNoArrayCanHoldIsNotCopied() {
    long limit = Integer.MAX_VALUE - 4096;
    TensorView tooLong =
        TensorView.of(
            TensorSpec.of(DType.UINT8, limit + 1), DeviceMemory.of(0, 4096, limit + 1, 0));
    assertNull(RowValues.copy(List.of(new ValueType.Part("", tooLong)), 1));
  }

  @Test
  void aFreshValueIsMadeOfARow() {
    List<ClosableTensor> value = RowValues.of(tuple, row());
    assertEquals(2, value.size());
    assertNotSame(first, value.get(0));
    assertArrayEquals(new float[] {1, 2}, value.get(0).tensor().floats());
    assertArrayEquals(new float[] {3}, value.get(1).tensor().floats());
    assertEquals(value, adapter.made, "the caller's, not released");
  }

  @Test
  void whatIsNotThereAnyMoreIsNoValueAndFreesWhatItMade() {
    assertNull(RowValues.read(tuple, row().schema(), target -> false));
    assertEquals(List.of(), adapter.made);
  }

  @Test
  void aReaderThatFailsFreesWhatWasMade() {
    IllegalStateException failure = new IllegalStateException("on purpose");
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                RowValues.read(
                    tuple,
                    row().schema(),
                    target -> {
                      assertEquals(2, adapter.made.size());
                      throw failure;
                    }));
    assertSame(failure, thrown);
    assertEquals(List.of(), adapter.made);
  }

  @Test
  void aBufferOfAScalarNeedsNoRelease() {
    RecordType<ClosableTensor, Pair> type = new RecordType<>(adapter, Pair.class);
    Row row = RowValues.copy(type.parts(new Pair(first, 5)), 1);
    assertNotNull(row);
    assertNull(RowValues.read(type, row.schema(), target -> false));
    assertEquals(List.of(), adapter.made);
    Pair pair = RowValues.of(type, row);
    assertEquals(5, pair.count());
  }

  record Pair(ClosableTensor tensor, int count) {}
}
