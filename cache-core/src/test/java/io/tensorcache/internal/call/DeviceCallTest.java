package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.Recheck;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Calls whose rows stay on the device of their inputs: there, 256 bytes for each row of a float.
 */
@RequiresStandin
class DeviceCallTest extends PlacedCalls {
  @Test
  void rowsAndTheirCopiesNeverPassTheHost() {
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1, 2, 1, 1);
    assertEquals(List.of(2), asked);
    assertEquals(2, rowsInMemory());
    long up = Standin.count("bytes to device");
    long down = Standin.count("bytes to host");
    assertCalled(function, 2, 2, 3, 1, 3);
    assertEquals(List.of(2, 1), asked);
    assertCalled(function, 3, 1, 2);
    assertEquals(List.of(2, 1), asked);
    assertEquals(up, Standin.count("bytes to device"));
    assertEquals(down, Standin.count("bytes to host"));
    assertEquals(5, hits(Tier.DEVICE));
    assertEquals(5, device(function).hits());
    assertEquals(3, device(function).entries());
    assertEquals(3, rowsInMemory());
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void nothingIsHeldAfterTheCall() {
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1, 2);
    assertCalled(function, 2, 1, 3);
    function.places().tiers().trimDevice(NONE);
    assertEquals(NONE, device(function).bytes());
  }

  /** Each part of the result is filled in its own stream; a row counts as one hit. */
  @Test
  void partsMayBeUsedInStreamsOfTheirOwn() {
    NamedOperation<PlacedTensor> two =
        new NamedOperation<>() {
          @Override
          public NamedTensors<PlacedTensor> apply(NamedTensors<PlacedTensor> inputs) {
            PlacedTensor same = inputs.first();
            PlacedTensor twice = compute(same).first();
            return NamedTensors.of(List.of("twice", "same"), List.of(twice, same));
          }

          @Override
          public Object code() {
            return this;
          }
        };
    adapter.allocation =
        spec -> {
          long own = Standin.stream(0);
          return new PlacedTensor(
              TensorView.of(spec, PlacedTensor.memory(0, own, spec.byteCount())));
        };
    WrappedFunction<PlacedTensor> function =
        open.wrap("two", settings(Granularity.ROWS, null), adapter, two, Recheck.ON_REQUEST);
    for (int i = 0; i < 2; i++) {
      List<PlacedTensor> outputs = outputs(function, 5, 6, 7).tensorList();
      assertArrayEquals(new float[] {10, 12, 14}, outputs.get(0).floats());
      assertArrayEquals(new float[] {5, 6, 7}, outputs.get(1).floats());
    }
    assertEquals(List.of(3), asked);
    assertEquals(3, hits(Tier.DEVICE));
    assertEquals(3, device(function).hits());
  }

  /** Calls twice; what the tiers then hold of two rows. */
  private void assertKept(Tier tier, int onDevice) {
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1, 2);
    assertCalled(function, 2, 1);
    assertEquals(List.of(2), asked);
    assertEquals(2, hits(tier));
    assertEquals(onDevice, device(function).entries());
    assertEquals(2, rowsInMemory());
  }

  @Test
  void outputsThatLieApartAreKeptOnTheDevice() {
    placed =
        twice -> {
          float[] values = twice.floats();
          float[] apart = new float[3 * values.length + 1];
          for (int i = 0; i < values.length; i++) {
            apart[3 * i + 1] = values[i];
          }
          PlacedTensor block = PlacedTensor.of(0, stream, apart, apart.length);
          return block.seen(new long[] {values.length, 1}, new long[] {12, 4}, 4);
        };
    assertKept(Tier.DEVICE, 2);
  }

  @Test
  void outputsInAnotherStreamAreKeptOnTheHost() {
    placed = twice -> PlacedTensor.of(0, Standin.stream(0), twice.floats(), 2, 1);
    assertKept(Tier.HEAP, 0);
  }

  @Test
  void outputsOnTheHostAreKeptOnTheHost() {
    placed = twice -> onHost(twice.view(), twice.floats());
    assertKept(Tier.HEAP, 0);
  }

  @Test
  void outputsWhoseRowsAreNoBlocksAreKeptOnTheHost() {
    placed =
        twice -> {
          float[] values = twice.floats();
          float[] columns = Arrays.copyOf(values, 2 * values.length);
          System.arraycopy(values, 0, columns, values.length, values.length);
          PlacedTensor block = PlacedTensor.of(0, stream, columns, columns.length);
          return block.seen(new long[] {2, 2}, new long[] {4, 8}, 0);
        };
    WrappedFunction<PlacedTensor> function = function();
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(new float[] {2, 2, 4, 4}, call(function, 1, 2));
    }
    assertEquals(2, hits(Tier.HEAP));
    assertEquals(0, device(function).entries());
  }

  private static PlacedTensor onHost(TensorView like, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new PlacedTensor(TensorView.of(like.spec(), HostMemory.of(bytes)));
  }

  @Test
  void aRowLargerThanTheTierIsKeptOnTheHost() {
    reopen(OpenRows.onDevice(256, 50));
    WrappedFunction<PlacedTensor> whole = function("f", settings(Granularity.WHOLE, null));
    float[] rows = new float[65];
    Arrays.fill(rows, 7);
    for (int i = 0; i < 2; i++) {
      assertCalled(whole, rows);
    }
    assertEquals(List.of(65), asked);
    assertEquals(1, hits(Tier.HEAP));
    assertCalled(whole, 1, 2);
    assertCalled(whole, 1, 2);
    assertEquals(1, hits(Tier.DEVICE));
    assertEquals(List.of(65, 2), asked);
  }

  @Test
  void onlyRowsOfTheHostAreCopiedFromThere() {
    reopen(OpenRows.onDevice(2 * 256, 50));
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1, 2);
    assertCalled(function, 3); // the first row leaves
    long up = Standin.count("bytes to device");
    assertCalled(function, 3, 1, 2, 1, 3);
    assertEquals(List.of(2, 1), asked);
    assertEquals(1, hits(Tier.HEAP));
    assertEquals(2, hits(Tier.DEVICE));
    assertEquals(8, Standin.count("bytes to device") - up, "a row and its copy");
  }

  @Test
  void aWholeTensorThatIsStoredNarrowComesFromTheHost() {
    WrappedFunction<PlacedTensor> whole =
        function("f", settings(Granularity.WHOLE, DType.BFLOAT16));
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(new float[] {2, 6, 258}, call(whole, 1, 3, 129.3f));
    }
    assertEquals(List.of(3), asked);
    assertEquals(1, hits(Tier.HEAP));
    assertEquals(0, device(whole).entries());
  }

  /** Rows of another schema. */
  private PlacedTensor ofTwoEach(PlacedTensor twice) {
    int rows = twice.floats().length;
    return PlacedTensor.of(0, stream, new float[2 * rows], rows, 2);
  }

  @Test
  void rowsOfAnotherSchemaAreComputedWithTheBatch() {
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1);
    placed = this::ofTwoEach;
    assertEquals(2, call(function, 2).length);
    assertEquals(4, call(function, 1, 2).length);
    assertEquals(List.of(1, 1, 2), asked);
    assertEquals(1, open.misses(MissReason.OTHER_SHAPE), "the row that was found");
    assertEquals(0, open.stats().hits());
  }

  @Test
  void aBatchIsComputedWhereTheFunctionNowReturnsAnotherSchema() {
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1);
    placed = this::ofTwoEach;
    assertEquals(4, call(function, 1, 2).length);
    assertEquals(List.of(1, 1, 2), asked, "the missing row, and then all");
    assertEquals(1, open.misses(MissReason.RECOMPUTED), "the row that was found");
    assertEquals(0, open.stats().hits());
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void aResultElsewhereIsComputedAnew() {
    WrappedFunction<PlacedTensor> function = function();
    assertCalled(function, 1, 2);
    adapter.allocation =
        spec ->
            new PlacedTensor(
                TensorView.of(spec, HostMemory.of(ByteBuffer.allocate((int) spec.byteCount()))));
    PlacedTensor result = outputs(function, 2, 1).first();
    ByteBuffer bytes = ((HostMemory) result.view().memory()).slice(0, 8);
    assertEquals(4, bytes.getFloat(0));
    assertEquals(2, bytes.getFloat(4));
    assertEquals(List.of(2, 2), asked);
  }

  @Test
  void outputsWhoseMemoryIsGoneAreTheFunctionsOwn() {
    WrappedFunction<PlacedTensor> function = function();
    List<PlacedTensor> returned = new ArrayList<>();
    placed =
        twice -> {
          PlacedTensor gone = PlacedTensor.of(0, stream, twice.floats(), 2, 1);
          gone.free();
          returned.add(gone);
          return gone;
        };
    PlacedTensor result = outputs(function, 1, 2).first();
    assertEquals(2, returned.size());
    assertSame(returned.get(1), result);
    assertEquals(1, open.rows.failures.size());
    String told = Objects.requireNonNull(open.rows.failures.get(0).getMessage());
    assertTrue(told.contains("not in memory of device 0"), told);
    assertEquals(0, device(function).entries());
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void whatIsComputedWhileTheWeightsChangeIsKeptNowhere() {
    WrappedFunction<PlacedTensor> function = function();
    placed =
        twice -> {
          open.source.version++;
          return twice;
        };
    assertCalled(function, 1, 2);
    assertEquals(0, device(function).entries());
    assertEquals(2, open.stats().rowsNotAdmitted());
    assertEquals(0, rowsInMemory());
  }

  @Test
  void callsOnTheHostHaveNothingToDoWithIt() {
    WrappedFunction<HostTensor> onHost =
        open.wrap("h", settings(Granularity.ROWS, null), new OpenCalls.Doubling());
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(onHost, 1, 2));
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(onHost, 1, 2));
    assertEquals(2, hits(Tier.HEAP));
    assertEquals(0, device(function()).entries());
  }
}
