package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call returns, in host memory, while it is filled. */
class ResultBatchTest {
  private static final int ROWS = 4;

  /** A row of two bytes and another of three. */
  private static final RowSchema SCHEMA = schema(3);

  private final OpenCalls open = OpenCalls.inMemory();
  private final HostEngine engine = new HostEngine();
  private ResultBatch<HostTensor> result;

  private static RowSchema schema(int second) {
    return new RowSchema(List.of(part("a", 2), part("b", second)));
  }

  private static RowSchema.Part part(String name, int bytes) {
    return new RowSchema.Part(name, TensorSpec.of(DType.UINT8, bytes), DType.UINT8);
  }

  private ResultBatch<HostTensor> batch(Granularity granularity) {
    FunctionSettings settings =
        OpenCalls.with(
            CacheLevel.NORMAL, granularity, PartialMiss.COMPUTE_MISSING, RowChecks.DEFAULT);
    WrappedFunction<HostTensor> function =
        open.wrap(
            granularity.name(), settings, engine, new OpenCalls.Doubling(), Recheck.ON_REQUEST);
    HostTensor input = HostTensor.ofFloats(new float[ROWS], ROWS, 1);
    return ResultBatch.of(
        function, InputBatch.of(function.state(), engine, NamedTensors.of(input)), null);
  }

  @BeforeEach
  void begin() {
    try (ResultBatch<HostTensor> first = batch(Granularity.ROWS)) {
      first.open(SCHEMA); // the engine is tried here
    }
    result = batch(Granularity.ROWS);
    engine.allocated.clear();
    engine.released.clear();
  }

  @AfterEach
  void close() {
    result.close();
    open.close();
  }

  private static Row row(int number) {
    byte start = (byte) (10 * number);
    return Row.of(
        SCHEMA,
        1,
        new byte[][] {
          {(byte) (start + 1), (byte) (start + 2)},
          {(byte) (start + 3), (byte) (start + 4), (byte) (start + 5)}
        });
  }

  private static byte[] bytes(HostTensor tensor) {
    byte[] bytes = new byte[tensor.bytes().capacity()];
    tensor.bytes().duplicate().clear().get(bytes);
    return bytes;
  }

  private void assertReturned(byte[] first, byte[] second) {
    NamedTensors<HostTensor> outputs = result.finish();
    assertEquals(List.of("a", "b"), List.copyOf(outputs.tensors().keySet()));
    assertArrayEquals(first, bytes(outputs.tensorList().get(0)));
    assertArrayEquals(second, bytes(outputs.tensorList().get(1)));
  }

  @Test
  void nothingCanBeAskedBeforeItIsOpen() {
    assertFalse(result.isOpen());
    List<Runnable> questions =
        List.of(
            () -> result.target(0),
            () -> result.targetsOfThreads().get(),
            () -> result.rowBytes(0),
            () -> result.storedRowBytes(),
            () -> result.partCount(),
            () -> result.finish());
    for (Runnable question : questions) {
      IllegalStateException e = assertThrows(IllegalStateException.class, question::run);
      assertEquals("no row was put yet", e.getMessage());
    }
  }

  @Test
  void opensOnceAndForOneSchema() {
    assertTrue(result.open(SCHEMA));
    assertTrue(result.isOpen());
    assertTrue(result.open(SCHEMA));
    assertTrue(result.open(schema(3)), "an equal one");
    assertFalse(result.open(schema(4)));
    assertEquals(2, engine.allocated.size());
    assertEquals(TensorSpec.of(DType.UINT8, ROWS, 3), engine.allocated.get(1).spec());
    assertEquals(2, result.partCount());
    assertEquals(2, result.rowBytes(0));
    assertEquals(3, result.rowBytes(1));
    assertEquals(5, result.storedRowBytes());
  }

  @Test
  void aWholeTensorHasNoRows() {
    try (ResultBatch<HostTensor> whole = batch(Granularity.WHOLE)) {
      assertTrue(whole.open(SCHEMA));
      whole.put(0, row(1));
      assertArrayEquals(new byte[] {13, 14, 15}, bytes(whole.finish().tensorList().get(1)));
    }
    assertEquals(TensorSpec.of(DType.UINT8, 2), engine.allocated.get(0).spec());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Integer.MAX_VALUE + 1L})
  void rowsGoToTheirPlacesInBlocksOfAnyLength(long claimed) {
    engine.claimed = claimed;
    result.open(SCHEMA);
    result.put(1, row(1));
    ByteBuffer[] parts = {
      ByteBuffer.wrap(new byte[] {21, 22, 31, 32}),
      ByteBuffer.wrap(new byte[] {1, 2, 3, 33, 34, 35})
    };
    result.put(3, parts, 1);
    HostTensor other = HostTensor.zeros(TensorSpec.of(DType.UINT8, 2, 2));
    other.bytes().put(0, new byte[] {7, 8, 51, 52});
    result.copy(0, HostTensor.adapter().view(other), 1, 2);
    result.copyRow(1, 0);
    assertReturned(
        new byte[] {11, 12, 11, 12, 51, 52, 31, 32},
        new byte[] {13, 14, 15, 13, 14, 15, 0, 0, 0, 33, 34, 35});
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Integer.MAX_VALUE + 1L})
  void partsOfManyRowsMayComeFirst(long claimed) {
    engine.claimed = claimed;
    result.open(SCHEMA);
    ByteBuffer[] parts = {
      ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3, 4, 5})
    };
    result.put(0, parts, 0);
    result.copyRow(0, 3);
    assertReturned(
        new byte[] {1, 2, 0, 0, 0, 0, 1, 2}, new byte[] {3, 4, 5, 0, 0, 0, 0, 0, 0, 3, 4, 5});
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Integer.MAX_VALUE + 1L})
  void severalThreadsHaveTargetsOfTheirOwn(long claimed) {
    engine.claimed = claimed;
    result.open(SCHEMA);
    IntFunction<RowTarget> one = result.targetsOfThreads().get();
    IntFunction<RowTarget> other = result.targetsOfThreads().get();
    RowTarget first = one.apply(0);
    RowTarget last = other.apply(3);
    row(3).copyTo(last);
    row(1).copyTo(first);
    row(2).copyTo(one.apply(1));
    assertReturned(
        new byte[] {11, 12, 21, 22, 0, 0, 31, 32},
        new byte[] {13, 14, 15, 23, 24, 25, 0, 0, 0, 33, 34, 35});
  }

  /** What they share is made before, and once. */
  @Test
  void severalThreadsAskAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    CyclicBarrier together = new CyclicBarrier(2);
    try {
      engine.asked = () -> LockSupport.parkNanos(2_000_000);
      for (int round = 0; round < 10; round++) {
        try (ResultBatch<HostTensor> fresh = batch(Granularity.ROWS)) {
          fresh.open(SCHEMA);
          Supplier<IntFunction<RowTarget>> threads = fresh.targetsOfThreads();
          Callable<Boolean> fill =
              () -> {
                together.await(60, TimeUnit.SECONDS);
                return row(1).copyIfExpected(threads.get().apply(1));
              };
          for (Future<Boolean> each : pool.invokeAll(List.of(fill, fill))) {
            assertTrue(each.get());
          }
          assertEquals(2, fresh.target(0).expected().parts().size());
          assertEquals(2, fresh.finish().tensorList().size());
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void oneTargetServesAllRowsWhereTheBlocksAreShort() {
    result.open(SCHEMA);
    assertSame(result.target(0), result.target(1));
  }

  @Test
  void whatIsReturnedIsNotReleased() {
    result.open(SCHEMA);
    result.finish();
    result.close();
    assertEquals(List.of(), engine.released);
  }

  @Test
  void whatIsNotReturnedIsReleasedOnce() {
    result.open(SCHEMA);
    result.close();
    assertFalse(result.isOpen());
    result.close();
    assertSameTensors(engine.allocated, engine.released);
  }

  @Test
  void allIsReleasedWhateverTheEngineThrows() {
    engine.failsToRelease = true;
    result.open(SCHEMA);
    result.close();
    assertSameTensors(engine.allocated, engine.released);
  }

  @Test
  void anAllocationThatFailsLeavesItAsItWas() {
    engine.failsAt = 1;
    assertThrows(IllegalStateException.class, () -> result.open(SCHEMA));
    assertSameTensors(engine.allocated, engine.released);
    assertFalse(result.isOpen());
    assertTrue(result.open(schema(4)));
    assertEquals(List.of(2L, 4L), List.of(result.rowBytes(0), result.rowBytes(1)));
  }

  private static void assertSameTensors(List<HostTensor> expected, List<HostTensor> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertSame(expected.get(i), actual.get(i));
    }
  }
}
