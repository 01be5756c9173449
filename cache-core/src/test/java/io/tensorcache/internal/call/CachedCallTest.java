package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Tier;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.error.MismatchException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedCallTest {
  @TempDir Path directory;
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();
  private OpenCalls open = OpenCalls.inMemory();

  @AfterEach
  void close() {
    open.close();
  }

  private WrappedFunction<HostTensor> function(FunctionSettings settings) {
    return open.wrap("f", settings, doubling);
  }

  private WrappedFunction<HostTensor> function() {
    return function(OpenCalls.ROWS);
  }

  private static FunctionSettings unprobed(Granularity granularity, PartialMiss partialMiss) {
    return OpenCalls.with(
        CacheLevel.NORMAL, granularity, partialMiss, new RowChecks(0, 0, Mismatch.REPORT, -1));
  }

  private static FunctionSettings verifying(double fraction, Mismatch onMismatch) {
    return OpenCalls.with(
        CacheLevel.NORMAL,
        Granularity.ROWS,
        PartialMiss.COMPUTE_MISSING,
        new RowChecks(fraction, 0, onMismatch, -1));
  }

  private void reopen(OpenRows rows) {
    open.close();
    open = new OpenCalls(rows);
  }

  private FunctionStats ofFunction() {
    return open.stats().functions().get(0);
  }

  private static void assertCalled(WrappedFunction<HostTensor> function, float... rows) {
    float[] right = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      right[i] = 2 * rows[i];
    }
    assertArrayEquals(right, OpenCalls.call(function, rows));
  }

  @Test
  void computesTheMissingRowsOnly() {
    WrappedFunction<HostTensor> function = function();
    assertCalled(function, 1, 2);
    assertEquals(List.of(1, 2), doubling.calls, "one row alone as a probe");
    assertCalled(function, 3, 1, 4, 2);
    assertEquals(List.of(1, 2, 2), doubling.calls);
    assertCalled(function, 4, 3, 2, 1);
    assertEquals(3, doubling.calls.size());
    CacheStats stats = open.stats();
    assertEquals(6, stats.hits());
    assertEquals(4, open.misses(MissReason.COLD));
    assertEquals(6, stats.hitsByTier().get(Tier.HEAP));
    assertEquals(6, ofFunction().hits());
    assertEquals(4, ofFunction().misses());
    assertEquals(4, ofFunction().rowsComputed());
    assertEquals(4, ofFunction().rowsInMemory());
    assertTrue(ofFunction().computeNanos() > 0);
    assertTrue(stats.keyNanos() > 0 && stats.loadNanos() > 0 && stats.storeNanos() > 0);
    assertTrue(stats.checkNanos() > 0, "of the probe");
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void computesCopiesOnce() {
    WrappedFunction<HostTensor> function = function();
    assertCalled(function, 7, 8, 7, 7);
    assertEquals(List.of(1, 2), doubling.calls);
    assertEquals(2, open.stats().duplicates());
    assertCalled(function, 8, 8, 9, 9);
    assertEquals(List.of(1, 2, 1), doubling.calls);
    assertEquals(4, open.stats().duplicates());
    assertEquals(1, open.stats().hits());
  }

  @Test
  void computesTheWholeBatchWhereOneRowIsMissing() {
    WrappedFunction<HostTensor> function =
        function(unprobed(Granularity.ROWS, PartialMiss.RECOMPUTE_BATCH));
    assertCalled(function, 1, 2);
    assertCalled(function, 2, 3, 1);
    assertEquals(List.of(2, 3), doubling.calls);
    assertEquals(2, open.misses(MissReason.RECOMPUTED));
    assertEquals(3, open.misses(MissReason.COLD));
    assertEquals(0, open.stats().hits());
    assertCalled(function, 3, 2, 1);
    assertEquals(2, doubling.calls.size());
  }

  @Test
  void aWholeTensorIsOneRow() {
    WrappedFunction<HostTensor> function =
        function(unprobed(Granularity.WHOLE, PartialMiss.COMPUTE_MISSING));
    assertCalled(function, 1, 2, 3);
    assertCalled(function, 1, 2, 3);
    assertCalled(function, 1, 2);
    assertEquals(List.of(3, 2), doubling.calls);
    assertEquals(1, open.stats().hits());
    assertEquals(2, open.misses(MissReason.COLD));
  }

  @Test
  void whatIsAboveTheLevelOfTheCacheIsNotStored() {
    FunctionSettings heavy =
        OpenCalls.with(
            CacheLevel.HEAVY, Granularity.ROWS, PartialMiss.COMPUTE_MISSING, RowChecks.DEFAULT);
    HostTensor[] returned = new HostTensor[1];
    NamedOperation<HostTensor> same =
        new NamedOperation<>() {
          @Override
          public NamedTensors<HostTensor> apply(NamedTensors<HostTensor> inputs) {
            doubling.calls.add(1);
            returned[0] = inputs.first();
            return NamedTensors.of(returned[0]);
          }

          @Override
          public Object code() {
            return this;
          }
        };
    WrappedFunction<HostTensor> function = open.wrap("f", heavy, same);
    for (int i = 0; i < 2; i++) {
      NamedTensors<HostTensor> x = NamedTensors.of(OpenCalls.batch(1, 2));
      HostTensor y = new CachedCall<>(function, x).outputs().first();
      assertNotSame(returned[0], y, "the function may hold on to what it returned");
      assertArrayEquals(new float[] {1, 2}, y.floats());
    }
    assertEquals(2, doubling.calls.size());
    assertEquals(4, open.misses(MissReason.LEVEL));
  }

  @Test
  void noRowsAreComputedByTheFunction() {
    assertEquals(0, OpenCalls.call(function()).length);
    assertEquals(List.of(0), doubling.calls);
  }

  @Test
  void tellsWhyRowsAreMissing() {
    reopen(OpenRows.recent(1)); // five rows of one float
    WrappedFunction<HostTensor> function = function();
    assertCalled(function, 1, 2, 3);
    open.source.version = 2;
    assertCalled(function, 2, 3);
    assertEquals(2, open.misses(MissReason.OTHER_FINGERPRINT));
    assertEquals(3, ofFunction().rowsUnderOtherFingerprints());
    assertCalled(function, 4, 5);
    assertCalled(function, 6, 7, 8, 9);
    assertEquals(9, open.misses(MissReason.COLD));
    assertEquals(0, open.misses(MissReason.EVICTED));
    assertCalled(function, 2, 3);
    assertEquals(2, open.misses(MissReason.EVICTED));
  }

  @Test
  void whatIsComputedWhileTheWeightsChangeIsNotStored() {
    WrappedFunction<HostTensor> function =
        function(unprobed(Granularity.ROWS, PartialMiss.COMPUTE_MISSING));
    doubling.change =
        values -> {
          open.source.version++;
          return values;
        };
    assertCalled(function, 1, 2);
    assertEquals(2, open.stats().rowsNotAdmitted());
    assertEquals(0, ofFunction().rowsInMemory());
    doubling.change = values -> values;
    assertCalled(function, 1, 2);
    assertCalled(function, 1, 2);
    assertEquals(List.of(2, 2), doubling.calls);
  }

  @Test
  void takesARowFromTheThreadThatComputesIt() throws InterruptedException {
    WrappedFunction<HostTensor> function = function();
    Group group = function.group(function.watch().look());
    InputBatch<HostTensor> batch =
        InputBatch.of(function.state(), HostTensor.adapter(), NamedTensors.of(OpenCalls.batch(5)));
    BatchKeys keys = BatchKeys.of(function, group, batch);
    try (Claims claims = Claims.of(open.inFlight, new Owner(), keys, keys.distinctRows(), false)) {
      CompletableFuture<float[]> returned = new CompletableFuture<>();
      Thread other =
          new Thread(() -> returned.complete(OpenCalls.call(function, 5, 6)), "the other");
      other.start();
      while (other.getState() != Thread.State.TIMED_WAITING
          && other.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(55);
      TensorSpec spec = TensorSpec.of(DType.FLOAT32, 1);
      RowSchema schema = new RowSchema(List.of(new RowSchema.Part("0", spec, DType.FLOAT32)));
      claims.land(0, Row.of(schema, group.number(), new byte[][] {bytes.array()}));
      assertArrayEquals(new float[] {55, 12}, returned.join());
      other.join();
    }
    assertEquals(1, open.stats().waited());
    assertEquals(1, ofFunction().waited());
    assertEquals(List.of(1), doubling.calls);
  }

  @Test
  void aHitThatDiffersIsMendedDroppedAndTold() {
    WrappedFunction<HostTensor> function = function(verifying(1, Mismatch.REPORT));
    assertCalled(function, 1, 2, 1);
    doubling.change =
        values -> {
          values[0] = 100;
          return values;
        };
    assertArrayEquals(new float[] {100, 4, 100}, OpenCalls.call(function, 1, 2, 1));
    CacheStats stats = open.stats();
    assertEquals(2, stats.rowsVerified());
    assertEquals(1, stats.mismatches());
    assertEquals(1, ofFunction().rowsInMemory());
    assertEquals(1, open.rows.failures.size());
    MismatchException told = (MismatchException) open.rows.failures.get(0);
    assertEquals(98, told.largestDifference());
  }

  @Test
  void aHitThatDiffersFailsTheCallWhereItIsTo() {
    WrappedFunction<HostTensor> function = function(verifying(1, Mismatch.FAIL));
    assertCalled(function, 1, 2);
    assertCalled(function, 1, 2);
    assertEquals(2, open.stats().rowsVerified());
    doubling.change = values -> new float[values.length];
    assertThrows(MismatchException.class, () -> OpenCalls.call(function, 1, 2));
    assertEquals(2, open.stats().mismatches());
    assertArrayEquals(new float[] {0, 0}, OpenCalls.call(function, 1, 2), "computed anew");
  }

  @Test
  void whatPersistsIsServedByTheStoreAndReadAhead() {
    reopen(OpenRows.persisting(0, directory));
    WrappedFunction<HostTensor> function = function(OpenCalls.persisting());
    assertCalled(function, 1, 2);
    assertTrue(open.functions.flush());
    reopen(OpenRows.persisting(0, directory));
    WrappedFunction<HostTensor> later = function(OpenCalls.persisting());
    assertCalled(later, 2, 1);
    assertEquals(2, open.stats().hitsByTier().get(Tier.DURABLE));
    NamedTensors<HostTensor> x = NamedTensors.of(OpenCalls.batch(1, 2));
    new CachedCall<>(later, x).prefetch(System.nanoTime());
    assertFalse(open.rows.rows.readAhead().isEmpty());
    assertCalled(later, 1, 2);
    assertTrue(open.rows.rows.readAhead().isEmpty());
    assertEquals(4, open.stats().hitsByTier().get(Tier.DURABLE));
    assertEquals(2, doubling.calls.size());
  }

  @Test
  void whatTheFunctionThrowsIsTheCallers() {
    IllegalStateException thrown = new IllegalStateException("injected");
    WrappedFunction<HostTensor> function = function();
    assertCalled(function, 1, 2);
    doubling.change =
        values -> {
          throw thrown;
        };
    assertSame(
        thrown, assertThrows(IllegalStateException.class, () -> OpenCalls.call(function, 1, 2, 3)));
    assertEquals(0, open.inFlight.size());
    assertEquals(0, open.rows.state.depth().now());
    assertCalled(function, 2, 1);
  }

  @Test
  void countsNoMoreTimeThanPasses() {
    WrappedFunction<HostTensor> function = function();
    long start = System.nanoTime();
    assertCalled(function, 1, 2);
    assertCalled(function, 1, 3);
    CacheStats stats = open.stats();
    long all =
        stats.keyNanos()
            + stats.loadNanos()
            + stats.storeNanos()
            + stats.checkNanos()
            + ofFunction().computeNanos();
    assertTrue(all > 0 && all <= System.nanoTime() - start, all + " ns");
  }

  @Test
  void rowsThatOutlivedTheirTimeAreComputedAnew() {
    reopen(OpenRows.persisting(50, directory, Duration.ofHours(1)));
    WrappedFunction<HostTensor> function = function(OpenCalls.persisting());
    assertCalled(function, 1, 2);
    assertTrue(open.functions.flush());
    open.rows.now.addAndGet(3_000_000);
    assertCalled(function, 1, 2);
    assertEquals(2, open.stats().hitsByTier().get(Tier.HEAP));
    doubling.calls.clear();
    open.rows.now.addAndGet(3_000_000);
    assertCalled(function, 1, 2);
    assertEquals(List.of(2), doubling.calls);
  }

  @Test
  void aFunctionThatIsNotRowByRowIsTold() {
    doubling.change = values -> values.length == 1 ? new float[] {values[0] + 3} : values;
    FunctionContractException e =
        assertThrows(FunctionContractException.class, () -> OpenCalls.call(function(), 1, 2));
    assertNull(e.getCause());
    assertTrue(e.getMessage().contains("in a batch of 2, by up to 3.0"), e.getMessage());
    assertTrue(e.getMessage().endsWith("with probing(false)"), e.getMessage());
    doubling.change = values -> values.length == 1 ? new float[] {Float.NaN} : values;
    e = assertThrows(FunctionContractException.class, () -> OpenCalls.call(function(), 1, 2));
    assertTrue(e.getMessage().contains("in its shape or in what is finite"), e.getMessage());
    IllegalStateException thrown = new IllegalStateException("injected");
    doubling.change =
        values -> {
          if (values.length == 1) {
            throw thrown;
          }
          return values;
        };
    e = assertThrows(FunctionContractException.class, () -> OpenCalls.call(function(), 1, 2));
    assertSame(thrown, e.getCause());
    assertTrue(e.getMessage().endsWith(": " + thrown), e.getMessage());
  }

  @Test
  void anInterruptWhileHitsAreVerifiedIsNotLost() {
    WrappedFunction<HostTensor> function = function(verifying(1, Mismatch.REPORT));
    assertCalled(function, 1, 2);
    doubling.change =
        values -> {
          throw CachedCallTest.<RuntimeException>unchecked(new InterruptedException());
        };
    assertCalled(function, 1, 2);
    assertTrue(Thread.interrupted());
    assertEquals(1, open.rows.failures.size());
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X unchecked(Throwable e) throws X {
    throw (X) e;
  }
}
