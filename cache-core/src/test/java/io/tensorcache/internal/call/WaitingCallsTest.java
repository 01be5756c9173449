package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call that needs rows which another thread is computing. */
class WaitingCallsTest {
  private final OpenCalls open = OpenCalls.inMemory();
  private final List<Integer> calls = Collections.synchronizedList(new ArrayList<>());
  private int columns = 1;
  private Runnable first = () -> {}; // run by the function at its first call

  @AfterEach
  void close() {
    open.close();
  }

  private WrappedFunction<HostTensor> function(PartialMiss partialMiss) {
    NamedOperation<HostTensor> operation =
        new NamedOperation<>() {
          @Override
          public NamedTensors<HostTensor> apply(NamedTensors<HostTensor> inputs) {
            return NamedTensors.of(compute(inputs.first().floats()));
          }

          @Override
          public Object code() {
            return this;
          }
        };
    RowChecks none = new RowChecks(0, 0, Mismatch.REPORT, -1);
    FunctionSettings settings =
        OpenCalls.with(CacheLevel.NORMAL, Granularity.ROWS, partialMiss, none);
    return open.wrap("f", settings, operation);
  }

  /** Twice each row, in as many columns as there are now. */
  private HostTensor compute(float[] rows) {
    calls.add(rows.length);
    float[] twice = new float[rows.length * columns];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = 2 * rows[i / columns];
    }
    long width = columns;
    Runnable now = first;
    first = () -> {};
    now.run();
    return HostTensor.ofFloats(twice, rows.length, width);
  }

  /** The call of another thread. */
  private static final class Other {
    final FutureTask<float[]> result;
    final Thread thread;

    Other(WrappedFunction<HostTensor> function, float... rows) {
      result = new FutureTask<>(() -> OpenCalls.call(function, rows));
      thread = new Thread(result, "the other");
    }

    /** Starts it, and returns when it waits or has ended. */
    void startAndLetItWait() {
      thread.start();
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING
          && thread.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
    }

    float[] get() {
      try {
        return result.get();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private long waited() {
    return open.stats().functions().get(0).waited();
  }

  @ParameterizedTest
  @EnumSource(PartialMiss.class)
  void getsTheRowsAsSoonAsTheyAreThere(PartialMiss partialMiss) {
    WrappedFunction<HostTensor> function = function(partialMiss);
    Other other = new Other(function, 2, 1);
    first = other::startAndLetItWait;
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    assertArrayEquals(new float[] {4, 2}, other.get());
    assertEquals(List.of(2), calls);
    assertEquals(2, waited());
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void computesWhatNobodyElseDoesBeforeItWaits() {
    WrappedFunction<HostTensor> function = function(PartialMiss.COMPUTE_MISSING);
    Other other = new Other(function, 2, 3);
    first = other::startAndLetItWait;
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    assertArrayEquals(new float[] {4, 6}, other.get());
    assertEquals(List.of(2, 1), calls);
    assertEquals(1, waited());
    assertEquals(0, open.misses(MissReason.IN_FLIGHT));
  }

  @Test
  void doesNotWaitWhereItComputesTheWholeBatch() {
    WrappedFunction<HostTensor> function = function(PartialMiss.RECOMPUTE_BATCH);
    Other other = new Other(function, 2, 3);
    first =
        () -> {
          other.startAndLetItWait();
          assertArrayEquals(new float[] {4, 6}, other.get());
        };
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    assertEquals(List.of(2, 2), calls);
    assertEquals(1, open.misses(MissReason.IN_FLIGHT));
    assertEquals(0, waited());
  }

  @ParameterizedTest
  @EnumSource(PartialMiss.class)
  void computesItselfWhereTheWeightsChangedMeanwhile(PartialMiss partialMiss) {
    WrappedFunction<HostTensor> function = function(partialMiss);
    Other other = new Other(function, 1, 2);
    first =
        () -> {
          other.startAndLetItWait();
          open.source.version++;
        };
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    assertArrayEquals(new float[] {2, 4}, other.get());
    assertEquals(List.of(2, 2), calls);
    assertEquals(0, waited());
    assertEquals(4, open.stats().rowsNotAdmitted());
  }

  @Test
  void computesItselfWhereTheOtherFails() {
    WrappedFunction<HostTensor> function = function(PartialMiss.COMPUTE_MISSING);
    Other other = new Other(function, 1, 2);
    first =
        () -> {
          other.startAndLetItWait();
          throw new IllegalStateException("injected");
        };
    assertThrows(IllegalStateException.class, () -> OpenCalls.call(function, 1, 2));
    assertArrayEquals(new float[] {2, 4}, other.get());
    assertEquals(List.of(2, 2), calls);
    assertEquals(0, waited());
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void anInterruptEndsTheWaitForAllRows() {
    WrappedFunction<HostTensor> function = function(PartialMiss.COMPUTE_MISSING);
    Other other = new Other(function, 1, 2);
    first =
        () -> {
          other.startAndLetItWait();
          other.thread.interrupt();
          assertArrayEquals(new float[] {2, 4}, other.get());
        };
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    assertEquals(List.of(2, 2), calls);
    assertEquals(0, waited());
  }

  /** The other has one row of the earlier shape, and gets two of the later one. */
  @Test
  void computesTheBatchWhereTheRowsHaveAnotherShape() {
    WrappedFunction<HostTensor> function = function(PartialMiss.COMPUTE_MISSING);
    OpenCalls.call(function, 9);
    calls.clear();
    columns = 2;
    Other other = new Other(function, 9, 1, 2);
    first = other::startAndLetItWait;
    assertArrayEquals(new float[] {2, 2, 4, 4}, OpenCalls.call(function, 1, 2));
    assertArrayEquals(new float[] {18, 18, 2, 2, 4, 4}, other.get());
    assertEquals(List.of(2, 3), calls);
    assertEquals(2, open.misses(MissReason.OTHER_SHAPE));
    assertEquals(1, open.misses(MissReason.RECOMPUTED), "the row that was found");
    assertEquals(0, waited());
  }
}
