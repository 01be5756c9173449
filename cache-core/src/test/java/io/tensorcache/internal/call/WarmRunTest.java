package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmRunTest {
  @TempDir Path directory;
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();
  private final List<WarmUp> told = new ArrayList<>();
  private OpenCalls open = OpenCalls.inMemory();

  @AfterEach
  void close() {
    open.close();
  }

  private static final TensorKey KEY = new TensorKey(7, 8);

  private WarmUp warm(
      WrappedFunction<HostTensor> function, Consumer<WarmUp> progress, float[]... batches) {
    return new WarmRun<>(function)
        .run(List.of(batches), rows -> NamedTensors.of(OpenCalls.batch(rows)), progress);
  }

  private static float[] rows(float... rows) {
    return rows;
  }

  @Test
  void computesWhatIsMissingBatchByBatch() {
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
    OpenCalls.call(function, 1, 2);
    doubling.calls.clear();
    WarmUp all = warm(function, told::add, rows(1, 3, 3), rows(2), rows(4, 5), rows());
    assertEquals(List.of(1, 2), doubling.calls);
    assertEquals(6, all.rows());
    assertEquals(2, all.found());
    assertEquals(3, all.computed());
    assertEquals(1, all.copies());
    assertEquals(4, all.batches());
    assertEquals(ByteSize.ofBytes(12), all.computedBytes());
    assertTrue(all.elapsed().toNanos() > 0);
    assertTrue(all.isComplete());
    assertFalse(all.isSafe(), "in memory only");
    assertEquals(4, told.size());
    assertEquals(3, told.get(0).rows());
    assertEquals(1, told.get(0).batches());
    assertFalse(told.get(3).isComplete(), "not yet");
    OpenCalls.call(function, 1, 2, 3, 4, 5);
    assertEquals(2, doubling.calls.size());
  }

  @Test
  void computesWholeBatchesWhereThatIsAskedFor() {
    FunctionSettings whole =
        OpenCalls.with(
            CacheLevel.NORMAL, Granularity.ROWS, PartialMiss.RECOMPUTE_BATCH, RowChecks.DEFAULT);
    WrappedFunction<HostTensor> function = open.wrap("f", whole, doubling);
    OpenCalls.call(function, 1);
    OpenCalls.call(function, 2, 3); // and a probe
    doubling.calls.clear();
    warm(function, told::add, rows(1, 2, 4));
    assertEquals(List.of(3), doubling.calls);
  }

  @Test
  void isRefusedWhereNothingIsStored() {
    FunctionSettings heavy =
        OpenCalls.with(
            CacheLevel.HEAVY, Granularity.ROWS, PartialMiss.COMPUTE_MISSING, RowChecks.DEFAULT);
    WrappedFunction<HostTensor> function = open.wrap("f", heavy, doubling);
    String message =
        assertThrows(IllegalStateException.class, () -> new WarmRun<>(function)).getMessage();
    assertTrue(message.contains("of level HEAVY is not stored in a cache of level NORMAL"));
  }

  @Test
  void whatPersistsIsSafeInTheStore() {
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory));
    WrappedFunction<HostTensor> memory = open.wrap("f", OpenCalls.ROWS, doubling);
    OpenCalls.call(memory, 1);
    WrappedFunction<HostTensor> function = open.wrap("g", OpenCalls.persisting(), doubling);
    OpenCalls.call(function, 1, 2);
    open.rows.rows.persisted().access().store().clear(); // in memory only now
    doubling.calls.clear();
    WarmUp all = warm(function, told::add, rows(1, 2));
    assertEquals(List.of(), doubling.calls, "taken from memory");
    assertEquals(2, all.found());
    assertTrue(all.isComplete() && all.isSafe());
    assertFalse(told.get(0).isSafe());
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory));
    OpenCalls.call(open.wrap("g", OpenCalls.persisting(), doubling), 1, 2);
    assertEquals(List.of(), doubling.calls);
  }

  @Test
  void aLossThatAnotherFlushToldIsNotForgotten() {
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory));
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.persisting(), doubling);
    Group other = open.rows.rows.groups().of("g", ComputationDigest.of(KEY));
    Row tooLarge = SampleRows.ofBytes(1, 64 << 20); // as large as the store
    WarmUp all =
        warm(
            function,
            progress -> {
              assertEquals(
                  Storing.DECLINED, open.rows.rows.persisted().store(KEY, tooLarge, other));
              assertFalse(open.functions.flush());
              assertTrue(open.functions.flush(), "told once");
            },
            rows(1, 2));
    assertTrue(all.isComplete());
    assertFalse(all.isSafe());
  }

  @Test
  void aFunctionThatChangesMeanwhileIsNotComplete() {
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
    WarmUp all = warm(function, progress -> open.source.version = 2, rows(1), rows(2));
    assertFalse(all.isComplete());
    assertEquals(2, all.computed());
  }

  @Test
  void anInterruptEndsItAfterTheBatch() {
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
    WarmUp some = warm(function, progress -> Thread.currentThread().interrupt(), rows(1), rows(2));
    assertTrue(Thread.interrupted());
    assertFalse(some.isComplete());
    assertEquals(1, some.batches());
  }

  @Test
  void aClosedCacheIsNotWarmed() {
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
    open.rows.state.close();
    assertThrows(IllegalStateException.class, () -> warm(function, told::add, rows(1)));
  }

  @Test
  void takesNoMoreTimeThanPasses() {
    long start = System.nanoTime();
    WarmUp all = warm(open.wrap("f", OpenCalls.ROWS, doubling), told::add, rows(1));
    assertTrue(all.elapsed().toNanos() <= System.nanoTime() - start);
  }

  @Test
  void rowsThatOutlivedTheirTimeAreComputedAnew() {
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory, Duration.ofHours(1)));
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.persisting(), doubling);
    warm(function, told::add, rows(1, 2));
    open.rows.now.addAndGet(3_000_000);
    assertEquals(0, warm(function, told::add, rows(1, 2)).computed());
    open.rows.now.addAndGet(3_000_000);
    assertEquals(2, warm(function, told::add, rows(1, 2)).computed());
  }

  /** The store has no room for the second row, which only memory has then. */
  @Test
  void whatOnlyMemoryHasIsNotSafe() {
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory));
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.persisting(), doubling);
    assertTrue(warm(function, told::add, rows(1)).isSafe());
    open.rows.rows.persisted().close();
    WarmUp all = warm(function, told::add, rows(2), rows());
    assertEquals(1, all.computed());
    assertFalse(all.isSafe());
  }
}
