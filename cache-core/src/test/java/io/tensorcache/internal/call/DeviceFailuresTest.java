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
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.stats.MissReason;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls whose device fails: the function runs by itself then, and each row is counted once. */
@RequiresStandin
class DeviceFailuresTest extends PlacedCalls {
  private DeviceException told() {
    assertEquals(1, open.rows.failures.size());
    return (DeviceException) open.rows.failures.get(0);
  }

  private long missed() {
    return open.stats().functions().stream()
        .filter(each -> each.name().equals("f"))
        .mapToLong(each -> each.misses())
        .sum();
  }

  @Test
  void beforeTheRowsAreLookedUp() {
    Standin.fail("cuLaunchKernel", 701, 1);
    assertCalled(function(), 1, 2);
    assertEquals(701, told().code());
    assertEquals(List.of(2), asked);
    assertEquals(2, open.misses(MissReason.DEVICE));
    assertEquals(2, missed());
    assertCalled(function(), 1, 2);
    assertEquals(
        2, open.misses(MissReason.COLD) - 1, "and the row that the adapter was tried with");
  }

  @Test
  void afterTheyWereComputed() {
    List<PlacedTensor> returned = new ArrayList<>();
    placed =
        twice -> {
          if (returned.isEmpty()) {
            Standin.fail("cuLaunchKernel", 701, 1);
          }
          returned.add(twice);
          return twice;
        };
    assertSame(outputs(function(), 1, 2).first(), returned.get(1));
    assertEquals(701, told().code());
    assertEquals(0, open.misses(MissReason.DEVICE), "they were told as cold");
    assertEquals(2, missed());
    assertEquals(0, open.inFlight.size());
  }

  @Test
  void whereNothingIsStored() {
    FunctionSettings heavy =
        OpenCalls.with(
            CacheLevel.HEAVY, Granularity.ROWS, PartialMiss.COMPUTE_MISSING, RowChecks.DEFAULT);
    Standin.fail("cuMemcpyDtoDAsync", 701, 1);
    assertCalled(function("f", heavy), 1, 2);
    assertEquals(List.of(2, 2), asked);
    assertEquals(701, told().code());
    assertEquals(2, open.misses(MissReason.LEVEL));
    assertEquals(0, open.misses(MissReason.DEVICE));
  }

  @Test
  void whatTheFunctionThrowsIsNotTheDevices() {
    DeviceException own = new DeviceException("mine", 719);
    placed =
        twice -> {
          throw own;
        };
    assertSame(own, assertThrows(DeviceException.class, () -> outputs(function(), 1)));
    assertEquals(List.of(1), asked);
    assertEquals(List.of(), open.rows.failures);
  }

  @Test
  void duringAWarmUp() {
    List<WarmUp> progress = new ArrayList<>();
    Standin.fail("cuLaunchKernel", 701, 1);
    WarmUp all =
        new WarmRun<>(function())
            .run(
                List.of(new float[] {1, 2}, new float[] {3, 4, 4}),
                rows -> NamedTensors.of(batch(rows)),
                progress::add);
    assertEquals(701, told().code());
    assertEquals(List.of(2), asked, "the other batch");
    assertEquals(0, progress.get(0).copies());
    assertEquals(5, all.rows());
    assertEquals(2, all.computed());
    assertEquals(1, all.copies());
    assertEquals(0, all.found());
    assertFalse(all.isComplete());
  }

  /** Rows of a result that is not kept are rounded like those that are. */
  @Test
  void narrowRowsAreRoundedWhereNothingIsStored() {
    FunctionSettings heavy =
        new FunctionSettings(
            PlacedTensor.class,
            CacheLevel.HEAVY,
            Granularity.ROWS,
            PartialMiss.COMPUTE_MISSING,
            DType.BFLOAT16,
            false,
            RowChecks.DEFAULT);
    long onDevice = Standin.count("bytes on device");
    assertArrayEquals(new float[] {2, 258}, call(function("f", heavy), 1, 129.3f));
    assertEquals(onDevice, Standin.count("bytes on device"));
    FunctionSettings wide =
        OpenCalls.with(
            CacheLevel.HEAVY, Granularity.ROWS, PartialMiss.COMPUTE_MISSING, RowChecks.DEFAULT);
    long down = Standin.count("bytes to host");
    assertArrayEquals(new float[] {2, 258.6f}, call(function("g", wide), 1, 129.3f));
    assertEquals(down, Standin.count("bytes to host"), "copied on the device");
    assertTrue(Standin.count("bytes on device") > onDevice);
  }

  @Test
  void copiesOnTheHostAreGivenBack() {
    placed = twice -> PlacedTensor.of(0, Standin.stream(0), twice.floats(), 2, 1);
    assertCalled(function(), 1, 2);
    long pinned = Standin.live("pinned");
    for (int i = 0; i < 3; i++) {
      assertCalled(function(), 10 + i, 20 + i);
    }
    assertEquals(pinned, Standin.live("pinned"));
  }
}
