package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a call returns, in device memory, while it is filled. */
@RequiresStandin
class ResultBatchDeviceTest {
  private static final RowSchema SCHEMA = new RowSchema(List.of(part("a"), part("b")));

  private final OpenCalls open = new OpenCalls(OpenRows.onDevice(1 << 20, 10));
  private final long stream = Standin.stream(0);
  private final PlacedTensor.Adapter adapter = new PlacedTensor.Adapter(0, stream);
  private ResultBatch<PlacedTensor> result;
  private int allocations;

  private static RowSchema.Part part(String name) {
    return new RowSchema.Part(name, TensorSpec.of(DType.FLOAT32, 1), DType.FLOAT32);
  }

  @BeforeEach
  void begin() {
    FunctionSettings settings =
        OpenCalls.with(
            CacheLevel.NORMAL, Granularity.ROWS, PartialMiss.COMPUTE_MISSING, RowChecks.DEFAULT);
    NamedOperation<PlacedTensor> same =
        new NamedOperation<>() {
          @Override
          public NamedTensors<PlacedTensor> apply(NamedTensors<PlacedTensor> inputs) {
            return inputs;
          }

          @Override
          public Object code() {
            return this;
          }
        };
    WrappedFunction<PlacedTensor> function =
        open.wrap("f", settings, adapter, same, Recheck.ON_REQUEST);
    PlacedTensor input = PlacedTensor.of(0, stream, new float[3], 3, 1);
    InputBatch<PlacedTensor> batch =
        InputBatch.of(function.state(), adapter, NamedTensors.of(input));
    result = ResultBatch.of(function, batch, null);
    adapter.released.clear(); // at the first time it is tried
    Standin.reset();
  }

  @AfterEach
  void close() {
    result.close();
    open.close();
  }

  /** Allocates the first part here, and what follows there. */
  private void allocateSecond(Supplier<PlacedTensor> there) {
    var here = adapter.allocation;
    adapter.allocation = spec -> allocations++ == 0 ? here.apply(spec) : there.get();
  }

  private PlacedTensor onDevice(int device, long itsStream) {
    return PlacedTensor.of(device, itsStream, new float[3], 3, 1);
  }

  private static PlacedTensor onHost() {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, 3, 1);
    return new PlacedTensor(TensorView.of(spec, HostMemory.of(bytes)));
  }

  private static Row row(float first, float second) {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(first).putFloat(second);
    byte[][] parts = {new byte[4], new byte[4]};
    bytes.flip().get(parts[0]).get(parts[1]);
    return Row.of(SCHEMA, 1, parts);
  }

  @Test
  void isFilledOnTheHostAndCopiedAsAWhole() {
    result.open(SCHEMA);
    assertEquals(0, Standin.count("cuMemcpyHtoDAsync"));
    result.put(0, row(1, 2));
    result.put(1, row(3, 4));
    result.copyRow(0, 2);
    List<PlacedTensor> outputs = result.finish().tensorList();
    assertArrayEquals(new float[] {1, 3, 1}, outputs.get(0).floats());
    assertArrayEquals(new float[] {2, 4, 2}, outputs.get(1).floats());
    assertEquals(2, Standin.count("cuMemcpyHtoDAsync"));
    assertEquals(0, Standin.count("cuStreamSynchronize"));
    result.close();
    assertEquals(List.of(), adapter.released);
  }

  @Test
  void isOnADeviceWhereAllPartsAre() {
    result.open(SCHEMA);
    assertTrue(result.isOn(0));
    assertFalse(result.isOn(1));
    result.close();
    allocateSecond(ResultBatchDeviceTest::onHost);
    result.open(SCHEMA);
    assertFalse(result.isOn(0));
    result.put(1, row(5, 6));
    List<PlacedTensor> outputs = result.finish().tensorList();
    assertEquals(5, outputs.get(0).floats()[1]);
    HostMemory second = (HostMemory) outputs.get(1).view().memory();
    assertEquals(6, second.slice(4, 4).getFloat(0));
  }

  @Test
  void tellsWhereARowGoesAndInWhichStream() {
    long other = Standin.stream(0);
    PlacedTensor block = PlacedTensor.of(0, other, new float[4], 4);
    PlacedTensor second = block.seen(new long[] {3, 1}, new long[] {4, 4}, 4);
    allocateSecond(() -> second);
    result.open(SCHEMA);
    assertEquals(stream, result.stream(0));
    assertEquals(other, result.stream(1));
    assertEquals(second.memory().address() + 4, result.deviceAddress(1, 0));
    assertEquals(second.memory().address() + 12, result.deviceAddress(1, 2));
  }

  @Test
  void outputsAreCopiedOnTheirDeviceIfAllCanBe() {
    result.open(SCHEMA);
    TensorView first = PlacedTensor.of(0, stream, new float[] {1, 2, 3}, 3, 1).view();
    TensorView second = PlacedTensor.of(0, stream, new float[] {4, 5, 6}, 3, 1).view();
    assertFalse(result.copyOnDevice(List.of(first, onHost().view())));
    assertEquals(0, Standin.count("cuMemcpyDtoDAsync"), "all or none");
    assertTrue(result.copyOnDevice(List.of(first, second)));
    List<PlacedTensor> outputs = result.finish().tensorList();
    assertArrayEquals(new float[] {1, 2, 3}, outputs.get(0).floats());
    assertArrayEquals(new float[] {4, 5, 6}, outputs.get(1).floats());
    assertEquals(0, Standin.count("cuMemcpyHtoDAsync"), "nothing was filled on the host");
  }

  @Test
  void givesBackWhatItHeld() {
    long pinned = 0;
    for (int i = 0; i < 3; i++) {
      result.open(SCHEMA);
      result.put(0, row(1, 2));
      result.close();
      assertEquals(2 * i + 2, adapter.released.size());
      pinned = i == 0 ? Standin.live("pinned") : pinned;
    }
    assertEquals(pinned, Standin.live("pinned"), "one block for each part, used again");
  }

  @Test
  void partsOnTwoDevicesAreFilledToo() {
    Standin.set("devices", 2);
    allocateSecond(() -> onDevice(1, Standin.stream(1)));
    result.open(SCHEMA);
    assertFalse(result.isOn(0));
    result.put(2, row(7, 8));
    List<PlacedTensor> outputs = result.finish().tensorList();
    assertEquals(7, outputs.get(0).floats()[2]);
    assertEquals(8, outputs.get(1).floats()[2]);
  }
}
