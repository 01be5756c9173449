package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.InContext;
import io.tensorcache.internal.device.PoolDriver;
import io.tensorcache.internal.device.Standin;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which rows get memory, and what is counted where the device has none. */
@InContext
class RowAdmissionTest {
  private static final int GRAIN = ResidentRow.GRAIN;

  private final RowTable<Integer, String> table = new RowTable<>(4 * GRAIN, FixedGate.letsAllIn());
  private Device device;
  private RowBuffers<Integer, String> buffers;
  private RowAdmission<Integer, String> admission;
  private long stream;
  private long source;

  @BeforeEach
  void prepare() {
    device = Devices.get().device(0);
    buffers = new RowBuffers<>(device);
    admission = reserving(0);
    stream = Standin.stream(0);
    source = Standin.allocate(0, 10 * GRAIN);
  }

  private RowAdmission<Integer, String> reserving(long bytes) {
    return new RowAdmission<>(device, table, buffers, bytes);
  }

  /** Rows of one grain each. */
  private List<NewRow<Integer, String>> rows(int... keys) {
    List<NewRow<Integer, String>> rows = new ArrayList<>();
    for (int key : keys) {
      rows.add(new NewRow<>(key, "row " + key, new long[] {source}, new long[] {GRAIN}));
    }
    return rows;
  }

  private static ResidentRow<Integer, String> onHost(int key) {
    return new ResidentRow<>(key, "row " + key, new long[] {GRAIN});
  }

  private boolean admitFromHost(int key) {
    return admission.admit(onHost(key), new byte[][] {new byte[GRAIN]});
  }

  private void holds(int rows) {
    assertEquals((long) rows * GRAIN, table.heldBytes());
    assertEquals((long) rows * GRAIN, Standin.live("pool"));
  }

  private List<Integer> planned(int... keys) {
    return admission.plan(rows(keys), stream).entering().stream().map(NewRow::key).toList();
  }

  @Test
  void aPlanHasWhatIsNotHereAndEachKeyOnce() {
    admission.admit(rows(1, 2), stream);
    assertEquals(List.of(3, 4), planned(3, 1, 3, 4, 2));
  }

  @Test
  void thereIsNoPlanWhereAllAreHereAndThatIsAUse() {
    admission.admit(rows(1, 2), stream);
    assertNull(admission.plan(rows(1, 1), stream));
    assertNull(admission.plan(List.of(), stream));
    assertEquals(List.of(2, 1), table.keys());
  }

  @Test
  void aPlanForACapturedStreamIsRefused() {
    Standin.capture(stream, true);
    assertThrows(IllegalStateException.class, () -> admission.plan(rows(1), stream));
    Standin.capture(stream, false);
    holds(0);
  }

  @Test
  void rowsEnterByOneLaunch() {
    assertEquals(Set.of(1, 2, 3), admission.admit(rows(1, 2, 3), stream));
    assertEquals(List.of(1, 2, 3), table.keys());
    assertEquals("row 2", table.use(2).about);
    assertEquals(1, Standin.count("cuLaunchKernel"));
    holds(3);
  }

  /** Between plan and admission others may have let rows in. */
  @Test
  void whatCameMeanwhileIsNotTakenTwice() {
    admission.admit(rows(1), stream);
    ResidentRow<Integer, String> here = table.use(1);
    assertEquals(Set.of(2), admission.admit(rows(1, 2), stream));
    assertEquals(here, table.use(1));
    holds(2);
  }

  @Test
  void noMoreEntersThanTheLimit() {
    assertEquals(Set.of(1, 2, 3, 4), admission.admit(rows(1, 2, 3, 4, 5), stream));
    assertEquals(Set.of(), admission.admit(rows(6), stream));
    assertEquals(0, admission.refusals());
    holds(4);
  }

  @Test
  void theRestOfTheBatchStaysOutWhereTheDeviceHasNoMemory() {
    admission.admit(rows(1), stream);
    Standin.fail("cuMemAllocAsync", PoolDriver.OUT_OF_MEMORY, 1);
    assertEquals(Set.of(), admission.admit(rows(2, 3), stream));
    assertEquals(1, admission.refusals());
    holds(1);
    assertEquals(Set.of(2, 3), admission.admit(rows(2, 3), stream));
    assertEquals(1, admission.refusals());
    holds(3);
  }

  @Test
  void nothingEntersWhereTheCopyIsRefused() {
    Standin.fail("cuLaunchKernel", 701, 1);
    assertThrows(DeviceException.class, () -> admission.admit(rows(1, 2), stream));
    assertEquals(0, table.size());
    assertTrue(buffers.hasUnused(), "their memory is to be freed");
    buffers.freeUnused(table::giveBack);
    buffers.trim();
    holds(0);
  }

  @Test
  void nothingIsCountedForMemoryThatTheDriverRefused() {
    Standin.fail("cuMemAllocAsync", 1, 1);
    assertThrows(DeviceException.class, () -> admission.admit(rows(1), stream));
    assertEquals(0, admission.refusals());
    holds(0);
  }

  @Test
  void aRowOfTheHostEntersWhereThereIsRoom() {
    assertTrue(admitFromHost(1));
    assertTrue(admitFromHost(1), "it is here");
    holds(1);
    admission.admit(rows(2, 3, 4), stream);
    assertFalse(admitFromHost(5));
    assertTrue(admitFromHost(4));
    assertEquals(List.of(1, 2, 3, 4), table.keys(), "nothing left for it");
    holds(4);
  }

  @Test
  void aRowOfTheHostIsRefusedWhereTheDeviceHasNoMemory() {
    Standin.fail("cuMemAllocAsync", PoolDriver.OUT_OF_MEMORY, 1);
    assertFalse(admitFromHost(1));
    assertEquals(1, admission.refusals());
    holds(0);
  }

  @Test
  void aRowOfTheHostIsNotHereWhereTheCopyIsRefused() {
    Standin.fail("cuMemcpyHtoDAsync", 1, 1);
    assertThrows(DeviceException.class, () -> admitFromHost(1));
    assertFalse(table.contains(1));
    buffers.freeUnused(table::giveBack);
    buffers.trim();
    holds(0);
  }

  /** Two grains may be taken beside the reserve. */
  @Test
  void theReserveIsLeftToOthers() {
    RowAdmission<Integer, String> careful = reserving(PoolDriver.freeBytes() - 2 * GRAIN);
    assertFalse(
        careful.admit(
            new ResidentRow<>(9, "", new long[] {2 * GRAIN + 1}),
            new byte[][] {new byte[2 * GRAIN + 1]}));
    assertEquals(2, careful.plan(rows(1, 2, 3), stream).entering().size());
    table.keepPromise(2 * GRAIN);
    assertEquals(Set.of(1, 2), careful.admit(rows(1, 2), stream));
    assertEquals(List.of(1), leaving(careful), "one goes for each that comes");
    long others = Standin.allocate(0, GRAIN);
    assertEquals(List.of(2), leaving(careful), "and more where others take");
    Standin.free(0, others);
  }

  @Test
  void aRowOfTheHostMayTakeTheLastBytesBesideTheReserve() {
    RowAdmission<Integer, String> careful = reserving(PoolDriver.freeBytes() - GRAIN);
    byte[][] parts = {new byte[GRAIN]};
    assertTrue(careful.admit(onHost(1), parts));
    assertFalse(careful.admit(onHost(2), parts));
    holds(1);
  }

  @Test
  void whatThePoolKeepsIdleIsAskedForWhereRowsNeedIt() {
    admission.admit(rows(1, 2), stream);
    for (ResidentRow<Integer, String> row : table.all()) {
      table.remove(row);
      buffers.discard(List.of(row));
    }
    buffers.freeUnused(table::giveBack);
    Standin.settle();
    RowAdmission<Integer, String> careful = reserving(PoolDriver.freeBytes() - GRAIN);
    assertEquals(2, careful.plan(rows(3, 4), stream).entering().size());
  }

  private List<Integer> leaving(RowAdmission<Integer, String> careful) {
    return careful.plan(rows(5), stream).leaving().stream().map(row -> row.key).toList();
  }
}
