package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that are copied inside a device. */
@RequiresStandin
class DeviceRowsTest {
  private final long stream = Standin.stream(0);
  private final PlacedTensor.Adapter adapter = new PlacedTensor.Adapter(0, stream);
  private final PlacedTensor batch = PlacedTensor.of(0, stream, counted(12), 6, 2);

  private static float[] counted(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i;
    }
    return values;
  }

  private PlacedTensor select(PlacedTensor from, int... rows) {
    return DeviceRows.select(adapter, from, from.view(), rows);
  }

  @Test
  void selectsRowsInTheOrderGivenWithACopyForEachRun() {
    PlacedTensor some = select(batch, 3, 4, 5, 0, 2, 1);
    assertEquals(TensorSpec.of(DType.FLOAT32, 6, 2), some.view().spec());
    assertArrayEquals(new float[] {6, 7, 8, 9, 10, 11, 0, 1, 4, 5, 2, 3}, some.floats());
    assertEquals(4, Standin.count("cuMemcpyDtoDAsync"));
    assertEquals(0, Standin.count("cuStreamSynchronize"), "all in one stream");
    assertEquals(48, Standin.count("bytes on device"));
    assertEquals(List.of(), adapter.released);
    assertArrayEquals(new float[] {10, 11}, select(batch, 5).floats());
  }

  @Test
  void selectsRowsOfAnyLayout() {
    PlacedTensor columns = batch.seen(new long[] {2, 5}, new long[] {4, 8}, 8);
    assertArrayEquals(new float[] {3, 5, 7, 9, 11, 2, 4, 6, 8, 10}, select(columns, 1, 0).floats());
    PlacedTensor scalars = batch.seen(new long[] {6}, new long[] {8}, 4);
    assertArrayEquals(new float[] {11, 1, 3}, select(scalars, 5, 0, 1).floats());
  }

  @Test
  void waitsForBothStreamsWhereTheyDiffer() {
    PlacedTensor.Adapter other = new PlacedTensor.Adapter(0, Standin.stream(0));
    PlacedTensor some = DeviceRows.select(other, batch, batch.view(), new int[] {1, 4});
    assertEquals(2, Standin.count("cuStreamSynchronize"));
    assertArrayEquals(new float[] {2, 3, 8, 9}, some.floats());
  }

  @Test
  void releasesWhatItCannotFill() {
    Standin.fail("cuMemcpyDtoDAsync", 2, 1);
    DeviceException e = assertThrows(DeviceException.class, () -> select(batch, 1));
    assertEquals(2, e.code());
    assertEquals(1, adapter.released.size());
  }

  @Test
  void looksWhetherTheMemoryIsThere() {
    adapter.allocation =
        spec -> {
          PlacedTensor gone = PlacedTensor.of(0, stream, new float[2], 1, 2);
          gone.free();
          return gone;
        };
    DeviceException e = assertThrows(DeviceException.class, () -> select(batch, 1));
    assertTrue(e.getMessage().contains("not in memory of device 0"), e.getMessage());
    assertEquals(1, adapter.released.size());
    batch.free();
    PlacedTensor target = PlacedTensor.of(0, stream, new float[12], 6, 2);
    assertThrows(DeviceException.class, () -> DeviceRows.copy(batch.view(), target.view()));
  }

  @Test
  void refusesAnAdapterThatAllocatesOnTheHost() {
    adapter.allocation = spec -> new PlacedTensor(onHost(spec));
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> select(batch, 1));
    assertTrue(e.getMessage().startsWith(adapter.getClass().getName()), e.getMessage());
    assertTrue(e.getMessage().contains("allocate on the device of the input"), e.getMessage());
    assertEquals(1, adapter.released.size());
  }

  @Test
  void copiesAllRowsToWhereTheTargetBegins() {
    PlacedTensor padded = batch.seen(new long[] {3, 2}, new long[] {16, 4}, 8);
    PlacedTensor block = PlacedTensor.of(0, Standin.stream(0), new float[8], 4, 2);
    PlacedTensor target = block.seen(new long[] {3, 2}, new long[] {8, 4}, 4);
    DeviceRows.copy(padded.view(), target.view());
    assertEquals(2, Standin.count("cuStreamSynchronize"));
    assertArrayEquals(new float[] {0, 2, 3, 6, 7, 10, 11, 0}, block.floats());
  }

  @Test
  void copiesOnOneDeviceOnlyAndWholeRows() {
    TensorView there = on(0);
    assertTrue(DeviceRows.canCopy(batch.view(), there));
    assertFalse(DeviceRows.canCopy(batch.view(), on(1)));
    assertFalse(DeviceRows.canCopy(on(1), batch.view()));
    assertTrue(DeviceRows.canCopy(on(1), on(1)));
    assertFalse(DeviceRows.canCopy(batch.view(), onHost(there.spec())));
    assertFalse(DeviceRows.canCopy(onHost(there.spec()), there));
    PlacedTensor transposed = batch.seen(new long[] {2, 6}, new long[] {4, 8}, 0);
    assertFalse(DeviceRows.canCopy(transposed.view(), there));
  }

  private static TensorView onHost(TensorSpec spec) {
    return TensorView.of(spec, HostMemory.of(ByteBuffer.allocate((int) spec.byteCount())));
  }

  private static TensorView on(int device) {
    DeviceMemory memory = DeviceMemory.of(device, 1 << 20, 48, 0);
    return TensorView.of(TensorSpec.of(DType.FLOAT32, 6, 2), memory);
  }

  private static boolean isRowContiguous(long[] shape, long... strides) {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, shape);
    DeviceMemory memory = DeviceMemory.of(0, 1 << 20, 1 << 20, 0);
    return DeviceRows.isRowContiguous(TensorView.of(spec, strides, memory, 0));
  }

  @Test
  void rowsMayLieApartButNotTheirElements() {
    assertTrue(isRowContiguous(new long[] {5}, 12), "each row is one element");
    assertTrue(isRowContiguous(new long[] {5, 2}, 8, 4));
    assertTrue(isRowContiguous(new long[] {5, 2}, 100, 4));
    assertTrue(isRowContiguous(new long[] {5, 2}, 0, 4));
    assertFalse(isRowContiguous(new long[] {5, 2}, 16, 8));
    assertFalse(isRowContiguous(new long[] {5, 2}, 4, 20));
    assertTrue(isRowContiguous(new long[] {5, 2, 3}, 100, 12, 4));
    assertFalse(isRowContiguous(new long[] {5, 2, 3}, 100, 16, 4));
    assertFalse(isRowContiguous(new long[] {5, 2, 3}, 100, 4, 8));
    assertTrue(isRowContiguous(new long[] {5, 1, 3}, 100, 77, 4), "an axis that is none");
    assertTrue(isRowContiguous(new long[] {5, 3, 1}, 100, 4, 77));
  }
}
