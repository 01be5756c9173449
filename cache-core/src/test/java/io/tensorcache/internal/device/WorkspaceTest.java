package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one stream's launches need: made once, grown, cleaned after a failure, and given back. */
@InContext
class WorkspaceTest {
  private static final int COUNTERS = 4096;
  private static final int PARTIALS = 64 << 10;
  private static final int OUT = 4096;
  private static final long KEPT_OUT = 8 << 20;

  private Device device;
  private KernelKey key;
  private Workspace space;
  private long row;
  private long allocated;
  private long pinned;

  @BeforeEach
  void prepare() {
    device = Devices.get().device(0);
    key = device.newKey(new Random(1).longs(545, 0, 1L << 60).toArray());
    row = Standin.allocate(0, 1);
    device.function("tch1_rows");
    allocated = Standin.allocated();
    pinned = Standin.live("pinned");
    space = new Workspace(0);
  }

  private List<RowsInput> input() {
    return List.of(new RowsInput(row, 0, 1, 5, 6, 1, 0, 0, new long[0], new long[0]));
  }

  private LaunchPlan plan(long rows) {
    return LaunchPlan.tch1(input(), rows, 2);
  }

  /** The same launch, with workspace as if its rows were split. */
  private LaunchPlan needing(long rows, long units) {
    LaunchPlan plan = plan(rows);
    return new LaunchPlan(
        plan.kernel(), plan.blocks(), rows, plan.rowsPerWarp(), plan.parts(), units, true);
  }

  private boolean run(LaunchPlan plan, long[] out, int at) {
    long function = device.function(plan.kernel());
    return space.run(function, plan, input(), plan.items(), key.address(), 2, out, at);
  }

  private long[] digests(LaunchPlan plan) {
    long[] out = new long[2 * (int) plan.items()];
    assertTrue(run(plan, out, 0));
    return out;
  }

  private long[] expected(int rows) {
    long[] one = digests(plan(1));
    long[] all = new long[2 * rows];
    for (int i = 0; i < all.length; i++) {
      all[i] = one[i % 2];
    }
    return all;
  }

  private void takes(long deviceBytes, long outBytes) {
    assertEquals(deviceBytes, Standin.allocated() - allocated, "bytes of the device");
    long parameters = 64 + LaunchStruct.BYTES;
    assertEquals(parameters + outBytes, Standin.live("pinned") - pinned, "pinned bytes");
  }

  @Test
  void resultsAreWrittenFromTheirPlaceOn() {
    long[] expected = expected(3);
    assertTrue(expected[0] != 0 && expected[0] != expected[1]);
    long[] out = new long[20];
    assertTrue(run(plan(3), out, 5));
    assertArrayEquals(expected, Arrays.copyOfRange(out, 5, 11));
    assertArrayEquals(new long[5], Arrays.copyOf(out, 5));
    assertArrayEquals(new long[9], Arrays.copyOfRange(out, 11, 20));
  }

  @Test
  void memoryIsTakenAtTheFirstLaunchAndServesTheNext() {
    takes(0, 0);
    digests(plan(1));
    takes(COUNTERS + PARTIALS, OUT);
    long allocations = Standin.count("cuMemAlloc") + Standin.count("cuMemHostAlloc");
    long fills = Standin.count("cuMemsetD8Async");
    digests(plan(OUT / 16));
    digests(needing(2, PARTIALS / 32));
    assertEquals(allocations, Standin.count("cuMemAlloc") + Standin.count("cuMemHostAlloc"));
    assertEquals(fills, Standin.count("cuMemsetD8Async"), "a launch leaves its counters zero");
    takes(COUNTERS + PARTIALS, OUT);
  }

  @Test
  void whatIsTooSmallIsDoubledOrAsLargeAsNeeded() {
    digests(plan(1));
    long fills = Standin.count("cuMemsetD8Async");
    int rows = COUNTERS / 4 + 1;
    assertArrayEquals(expected(rows), digests(needing(rows, PARTIALS / 32 + 1)));
    takes(2 * COUNTERS + 2 * PARTIALS, 16 * rows);
    assertEquals(1, Standin.count("cuMemsetD8Async") - fills, "new counters are not zero");
    digests(needing(5 * COUNTERS / 4, 5 * PARTIALS / 32));
    takes(5 * COUNTERS + 5 * PARTIALS, 20 * COUNTERS);
  }

  @Test
  void whatIsJustLargeEnoughServes() {
    int rows = COUNTERS / 4;
    digests(plan(rows));
    long allocations = Standin.count("cuMemAlloc");
    digests(needing(rows, PARTIALS / 32));
    assertEquals(allocations, Standin.count("cuMemAlloc"));
    takes(COUNTERS + PARTIALS, 16 * rows);
  }

  /** What was given back for something larger is neither used nor given back again. */
  @Test
  void growthThatIsRefusedLeavesItSmall() {
    int rows = COUNTERS / 4 + 1;
    long[] expected = expected(rows);
    Standin.fail("cuMemAlloc", 2, 1);
    assertThrows(DeviceException.class, () -> digests(needing(rows, 1)));
    takes(PARTIALS, OUT);
    assertArrayEquals(expected, digests(plan(rows)));
    takes(COUNTERS + PARTIALS, 16 * rows);
    Standin.fail("cuMemAlloc", 2, 1);
    assertThrows(DeviceException.class, () -> digests(needing(1, PARTIALS)));
    takes(COUNTERS, 16 * rows);
    assertArrayEquals(expected, digests(plan(rows)));
    takes(COUNTERS + PARTIALS, 16 * rows);
    Standin.fail("cuMemAlloc", 2, 1);
    assertThrows(DeviceException.class, () -> digests(needing(rows, 1)));
    space.close();
    assertEquals(allocated, Standin.allocated());
  }

  @Test
  void aLargeResultIsNotKept() {
    int most = (int) (KEPT_OUT / 16);
    digests(plan(most));
    takes(COUNTERS + PARTIALS, KEPT_OUT);
    long[] all = digests(plan(most + 1));
    takes(COUNTERS + PARTIALS, 0);
    assertArrayEquals(expected(1), Arrays.copyOfRange(all, 2 * most, 2 * most + 2));
    takes(COUNTERS + PARTIALS, OUT);
  }

  @Test
  void afterAFailedLaunchTheCountersAreCleaned() {
    long[] expected = expected(2);
    long fills = Standin.count("cuMemsetD8Async");
    Standin.fail("cuLaunchKernel", 701, 1);
    long[] out = new long[4];
    assertThrows(DeviceException.class, () -> run(plan(2), out, 0));
    assertArrayEquals(new long[4], out);
    assertFalse(space.isClosed());
    assertArrayEquals(expected, digests(plan(2)));
    assertEquals(1, Standin.count("cuMemsetD8Async") - fills);
  }

  @Test
  void aLaunchWithoutAnEventIsWaitedFor() {
    Standin.fail("cuEventRecord", 2, 1);
    Standin.fail("cuStreamSynchronize", 2, 1);
    assertThrows(DeviceException.class, () -> run(plan(1), new long[2], 0));
    assertEquals(1, Standin.count("cuCtxSynchronize"));
    assertFalse(space.isClosed());
    assertTrue(run(plan(1), new long[2], 0));
  }

  /** It may still write to the results of the next launch. */
  @Test
  void aLaunchThatNobodyCanWaitForEndsTheUse() {
    Standin.fail("cuEventRecord", 2, 1);
    Standin.fail("cuStreamSynchronize", 2, 1);
    Standin.fail("cuCtxSynchronize", 2, 1);
    assertThrows(DeviceException.class, () -> run(plan(1), new long[2], 0));
    assertTrue(space.isClosed());
    assertFalse(run(plan(1), new long[2], 0));
  }

  @Test
  void memoryThatIsRefusedIsAskedForAgain() {
    long[] expected = expected(2);
    Standin.fail("cuMemAlloc", 2, 1);
    assertThrows(DeviceException.class, () -> run(needing(2, PARTIALS), new long[4], 0));
    takes(COUNTERS, OUT);
    Standin.fail("cuMemHostAlloc", 2, 1);
    assertThrows(
        DeviceException.class, () -> run(needing(2 * OUT, PARTIALS), new long[4 * OUT], 0));
    assertArrayEquals(expected, digests(needing(2, PARTIALS)));
    takes(2 * OUT * 4 + 32 * PARTIALS, OUT);
  }

  @Test
  void closingGivesEverythingBack() {
    long events = Standin.live("events");
    digests(plan(1));
    space.close();
    assertEquals(allocated, Standin.allocated());
    assertEquals(pinned, Standin.live("pinned"));
    assertEquals(1, events - Standin.live("events"));
    assertTrue(space.isClosed());
    assertFalse(run(plan(1), new long[2], 0));
    assertEquals(allocated, Standin.allocated());
  }

  @Test
  void oneThatNeverLaunchedClosesToo() {
    space.close();
    assertEquals(pinned, Standin.live("pinned"));
  }

  @Test
  void oneThatCannotBeMadeWholeLeavesNothing() {
    long before = Standin.live("pinned");
    Standin.fail("cuEventCreate", 2, 1);
    assertThrows(DeviceException.class, () -> new Workspace(0));
    assertEquals(before, Standin.live("pinned"));
  }
}
