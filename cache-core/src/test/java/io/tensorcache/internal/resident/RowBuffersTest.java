package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.InContext;
import io.tensorcache.internal.device.PoolDriver;
import io.tensorcache.internal.device.Standin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of rows: when it is there, filled, read and freed. */
@InContext
class RowBuffersTest {
  private final List<Long> freed = new ArrayList<>();
  private RowBuffers<String, String> buffers;

  @BeforeEach
  void prepare() {
    buffers = new RowBuffers<>(Devices.get().device(0));
  }

  /** With memory of the device. */
  private ResidentRow<String, String> row(String key, long... partBytes) {
    ResidentRow<String, String> row = new ResidentRow<>(key, "", partBytes);
    assertTrue(buffers.allocate(row));
    return row;
  }

  private ResidentRow<String, String> filled(String key, byte[]... parts) {
    long[] lengths = Arrays.stream(parts).mapToLong(part -> part.length).toArray();
    ResidentRow<String, String> row = row(key, lengths);
    buffers.fill(row, parts);
    return row;
  }

  private static byte[] bytes(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private byte[] read(ResidentRow<String, String> row, int part, long stream) {
    int count = (int) row.partBytes[part];
    long to = Standin.allocate(0, count);
    GatherList copies = new GatherList();
    copies.add(row.partAddress(part), to, count);
    buffers.gather(List.of(row), copies, stream);
    byte[] bytes = new byte[count];
    Standin.read(stream, to, bytes);
    return bytes;
  }

  @Test
  void aDeviceWithoutMemoryIsAnAnswerAndNoFailure() {
    ResidentRow<String, String> row = new ResidentRow<>("a", "", new long[] {1});
    Standin.fail("cuMemAllocAsync", PoolDriver.OUT_OF_MEMORY, 1);
    assertFalse(buffers.allocate(row));
    assertEquals(0, row.address);
    Standin.fail("cuMemAllocAsync", 1, 1);
    assertEquals(1, assertThrows(DeviceException.class, () -> buffers.allocate(row)).code());
    assertTrue(buffers.allocate(row));
    assertEquals(256, Standin.live("pool"));
  }

  @Test
  void eachPartOfARowOfTheHostLiesInItsPlace() {
    byte[][] parts = {bytes(1, 300), new byte[0], bytes(2, 7)};
    ResidentRow<String, String> row = filled("a", parts);
    long stream = Standin.stream(0);
    assertArrayEquals(parts[2], read(row, 2, stream));
    assertArrayEquals(parts[0], read(row, 0, stream));
  }

  @Test
  void aReaderInAnotherStreamComesAfterTheFilling() {
    for (int i = 0; i < 20; i++) {
      long stream = Standin.stream(0);
      Standin.hold(true);
      ResidentRow<String, String> row = filled("a", bytes(i, 100));
      long to = Standin.allocate(0, 100);
      GatherList copies = new GatherList();
      copies.add(row.address, to, 100);
      buffers.gather(List.of(row), copies, stream);
      Standin.hold(false);
      byte[] actual = new byte[100];
      Standin.read(stream, to, actual);
      assertArrayEquals(bytes(i, 100), actual);
    }
  }

  @Test
  void nobodyWaitsForAFillingThatHasEnded() {
    ResidentRow<String, String> row = filled("a", bytes(1, 10));
    assertNotNull(row.filling);
    Standin.settle();
    long stream = Standin.stream(0);
    long waits = Standin.count("cuStreamWaitEvent");
    read(row, 0, stream);
    assertNull(row.filling);
    read(row, 0, stream);
    assertEquals(waits, Standin.count("cuStreamWaitEvent"));
  }

  @Test
  void nothingIsLaunchedForNoCopies() {
    long stream = Standin.stream(0);
    buffers.gather(Arrays.asList(filled("a", bytes(1, 1)), null), new GatherList(), stream);
    ResidentRow<String, String> empty = row("b", 0);
    long[] one = {stream};
    buffers.fill(List.of(empty), List.of(new NewRow<>("b", "", one, new long[1])), stream);
    buffers.fill(List.of(), List.of(), stream);
    assertEquals(0, Standin.count("cuLaunchKernel"));
    assertNull(empty.filling);
  }

  @Test
  void whatIsDiscardedIsFreedAfterTheNextCall() {
    ResidentRow<String, String> first = filled("a", bytes(1, 300));
    ResidentRow<String, String> second = filled("b", bytes(2, 1));
    assertFalse(buffers.hasUnused());
    buffers.discard(List.of(first, second));
    assertTrue(buffers.hasUnused());
    assertEquals(768, Standin.live("pool"));
    buffers.freeUnused(freed::add);
    assertFalse(buffers.hasUnused());
    assertEquals(List.of(512L, 256L), freed);
    assertTrue(buffers.trim());
    assertEquals(0, Standin.live("pool"));
  }

  @Test
  void theDriverIsNotAskedWhereNothingIsUnused() {
    filled("a", bytes(1, 1));
    long queries = Standin.count("cuEventQuery");
    buffers.freeUnused(freed::add);
    assertEquals(queries, Standin.count("cuEventQuery"));
    assertFalse(buffers.trim(), "nothing was freed");
  }

  @Test
  void memoryIsFreedAfterTheReadersThatAreUnderWay() {
    long stream = Standin.stream(0);
    long to = Standin.allocate(0, 100);
    Standin.hold(true);
    ResidentRow<String, String> row = filled("a", bytes(1, 100));
    GatherList copies = new GatherList();
    copies.add(row.address, to, 100);
    buffers.gather(List.of(row), copies, stream);
    buffers.discard(List.of(row));
    long waits = Standin.count("cuStreamWaitEvent");
    buffers.freeUnused(freed::add);
    assertEquals(2, Standin.count("cuStreamWaitEvent") - waits, "the filling and the gather");
    buffers.discard(List.of(row("b", 1)));
    buffers.freeUnused(freed::add);
    assertEquals(2, Standin.count("cuStreamWaitEvent") - waits, "they are waited for once");
    Standin.hold(false);
    byte[] actual = new byte[100];
    Standin.read(stream, to, actual);
    assertArrayEquals(bytes(1, 100), actual);
  }

  @Test
  void freeingGoesOnWithTheRowThatTheDriverRefused() {
    List<ResidentRow<String, String>> rows = List.of(row("a", 1), row("b", 300), row("c", 600));
    buffers.discard(rows);
    assertThrows(
        DeviceException.class,
        () ->
            buffers.freeUnused(
                bytes -> {
                  freed.add(bytes);
                  Standin.fail("cuMemFreeAsync", 2, 1);
                }));
    assertEquals(List.of(256L), freed);
    assertTrue(buffers.hasUnused());
    buffers.freeUnused(freed::add);
    assertEquals(List.of(256L, 512L, 768L), freed);
    buffers.trim();
    assertEquals(0, Standin.live("pool"));
  }

  @Test
  void whatLiesIdleIsGivenBackOnlyWhereTooLittleIsFree() {
    buffers.discard(List.of(row("a", 1000)));
    buffers.freeUnused(freed::add);
    Standin.settle();
    long free = PoolDriver.freeBytes();
    long waits = Standin.count("cuEventSynchronize");
    assertEquals(free, buffers.freeBytes(free));
    assertEquals(waits, Standin.count("cuEventSynchronize"));
    assertEquals(free + 1024, buffers.freeBytes(free + 1));
    assertEquals(1, Standin.count("cuEventSynchronize") - waits);
  }

  @Test
  void aLostDeviceHasNothingToFree() {
    buffers.discard(List.of(row("a", 1)));
    buffers.abandon();
    assertFalse(buffers.hasUnused());
    buffers.freeUnused(freed::add);
    assertEquals(List.of(), freed);
  }

  @Test
  void aCapturedStreamIsRefusedBeforeAnythingIsQueued() {
    long stream = Standin.stream(0);
    ResidentRow<String, String> row = filled("a", bytes(1, 1));
    Standin.capture(stream, true);
    assertThrows(IllegalStateException.class, () -> read(row, 0, stream));
    Standin.capture(stream, false);
    assertEquals(0, Standin.count("cuLaunchKernel"));
  }

  /** The source is written in the caller's stream, and the memory may not be there yet. */
  @Test
  void newRowsAreFilledAfterTheirSourceAndTheirMemory() {
    for (int i = 0; i < 20; i++) {
      long writer = Standin.stream(0);
      long reader = Standin.stream(0);
      byte[] bytes = bytes(i, 300);
      long from = Standin.allocate(0, bytes.length);
      Standin.hold(true);
      Standin.write(writer, from, bytes);
      ResidentRow<String, String> row = row("a", 100, 200);
      long[] parts = {from + 200, from};
      buffers.fill(List.of(row), List.of(new NewRow<>("a", "", parts, row.partBytes)), writer);
      assertNotNull(row.filling);
      long to = Standin.allocate(0, 300);
      GatherList copies = new GatherList();
      copies.add(row.partAddress(1), to, 200);
      copies.add(row.partAddress(0), to + 200, 100);
      buffers.gather(List.of(row), copies, reader);
      Standin.hold(false);
      byte[] actual = new byte[300];
      Standin.read(reader, to, actual);
      assertArrayEquals(bytes, actual, "round " + i);
    }
  }

  @Test
  void nobodyWaitsForReadersThatHaveEnded() {
    ResidentRow<String, String> row = filled("a", bytes(1, 1));
    read(row, 0, Standin.stream(0));
    Standin.settle();
    buffers.discard(List.of(row));
    long waits = Standin.count("cuStreamWaitEvent");
    buffers.freeUnused(freed::add);
    assertEquals(waits, Standin.count("cuStreamWaitEvent"));
  }

  /** Nothing that failed keeps a pinned block. */
  @ParameterizedTest
  @ValueSource(strings = {"cuLaunchKernel", "cuMemcpyHtoDAsync"})
  void theBlockOfARefusedCopyIsUsedAgain(String function) {
    ResidentRow<String, String> row = filled("a", bytes(1, 1));
    long stream = Standin.stream(0);
    boolean isGather = function.equals("cuLaunchKernel");
    Executable call = isGather ? () -> read(row, 0, stream) : () -> filled("b", bytes(1, 1));
    long made = 0;
    for (int i = 0; i < 5; i++) {
      Standin.settle();
      Standin.fail(function, 2, 1);
      assertThrows(DeviceException.class, call);
      made = i == 0 ? Standin.count("cuMemHostAlloc") : made;
    }
    assertEquals(made, Standin.count("cuMemHostAlloc"));
  }

  /** The blocks of what is under way are the device's, whose pool knows when they are free. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoLeavesGivesBackTheBlocksOfWhatIsUnderWay(boolean isLost) {
    filled("a", bytes(1, 1));
    if (isLost) {
      buffers.abandon();
    } else {
      buffers.close();
    }
    Standin.settle();
    long made = Standin.count("cuMemHostAlloc");
    Devices.get().device(0).pinnedHere(1);
    assertEquals(made, Standin.count("cuMemHostAlloc"));
  }

  @Test
  void closingGivesBackWhatIsNotRows() {
    long streams = Standin.live("non-blocking streams");
    filled("a", bytes(1, 1));
    buffers.close();
    Standin.settle();
    assertEquals(1, streams - Standin.live("non-blocking streams"));
  }
}
