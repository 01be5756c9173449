package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device does for one thread, and what it refuses. */
@RequiresStandin
class DeviceCallsTest {
  private Device device;
  private long stream;

  @BeforeEach
  void open() {
    Standin.set("devices", 2);
    device = Devices.get().device(0);
    stream = Standin.stream(0);
  }

  private KernelKey key() {
    return device.newKey(new Random(7).longs(545, 0, 1L << 60).toArray());
  }

  private static RowsInput input(long address) {
    return new RowsInput(address, 0, 8, 1, 2, 1, 0, 0, new long[0], new long[0]);
  }

  private static String message(Class<? extends RuntimeException> type, Runnable call) {
    return String.valueOf(assertThrows(type, call::run).getMessage());
  }

  @Test
  void saysWhatItIs() {
    assertEquals(0, device.ordinal());
    assertEquals(2, device.multiprocessors());
    assertEquals("device 0 Stand-in 0, sm_90", device.description());
    key();
    String loaded = device.description();
    assertTrue(loaded.matches("device 0 Stand-in 0, sm_90, kernels from the (PTX|fatbin)"), loaded);
    assertEquals("device 1 Stand-in 1, sm_90", Devices.get().device(1).description());
  }

  @Test
  void isTestedOnceUnlessTheTestItselfFails() {
    assertThrows(
        IllegalStateException.class,
        () ->
            device.tested(
                () -> {
                  throw new IllegalStateException();
                }));
    assertEquals("wrong", device.tested(() -> "wrong"));
    assertEquals("wrong", device.tested(() -> ""));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 544, 546})
  void keyMaterialOfAnotherLengthIsRefused(int words) {
    assertEquals(
        words + " words of key material: must be 545",
        message(IllegalArgumentException.class, () -> device.newKey(new long[words])));
  }

  @Test
  void itsOwnStreamIsMadeOnceAndWaitsForNobody() {
    long before = Standin.live("non-blocking streams");
    long own = device.stream();
    assertEquals(own, device.stream());
    assertEquals(1, Standin.live("non-blocking streams") - before);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, LaunchPlan.MAX_ROWS + 1})
  void aLaunchOfNoRowsOrTooManyIsRefused(long rows) {
    KernelKey key = key();
    long launches = Standin.count("cuLaunchKernel");
    List<Runnable> calls =
        List.of(
            () -> device.torchcache(key, stream, rows, strided(), new long[1]),
            () -> device.tch1(key, stream, rows, List.of(input(0)), new long[2], 0));
    for (Runnable call : calls) {
      assertEquals(
          rows + " rows in a launch: must be in 1..2130706432",
          message(IllegalArgumentException.class, call));
    }
    assertEquals(launches, Standin.count("cuLaunchKernel"));
  }

  private static RowsInput strided() {
    return new RowsInput(0, 0, 4, 0, 0, 1, 4, 0, new long[] {1}, new long[] {4});
  }

  /** Nine inputs take two launches; each has its place in the results. */
  @Test
  void inputsAreHashedEightAtATime() {
    KernelKey key = key();
    byte[] bytes = new byte[8 * 9];
    new Random(3).nextBytes(bytes);
    long memory = Standin.allocate(0, bytes.length);
    Standin.write(stream, memory, bytes);
    List<RowsInput> inputs = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      inputs.add(input(memory + 8 * i));
    }
    long launches = Standin.count("cuLaunchKernel");
    long[] all = new long[1 + 2 * 2 * 9];
    device.tch1(key, stream, 2, inputs, all, 1);
    assertEquals(2, Standin.count("cuLaunchKernel") - launches);
    assertEquals(0, all[0]);
    for (int i = 0; i < 9; i++) {
      long[] one = new long[2];
      device.tch1(key, stream, 1, inputs.subList(i, i + 1), one, 0);
      for (int row = 0; row < 2; row++) {
        assertEquals(one[0], all[1 + 4 * i + 2 * row], "input " + i);
        assertEquals(one[1], all[2 + 4 * i + 2 * row], "input " + i);
      }
    }
  }

  /** The stream that was used longest ago loses its workspace. */
  @Test
  void thirtyTwoStreamsKeepTheirWorkspace() {
    KernelKey key = key();
    long memory = Standin.allocate(0, 8);
    List<Long> streams = new ArrayList<>();
    for (int i = 0; i < 33; i++) {
      streams.add(Standin.stream(0));
    }
    streams.subList(0, 32).forEach(each -> hash(key, each, memory));
    long made = Standin.count("cuEventCreate");
    long events = Standin.live("events");
    hash(key, streams.get(0), memory);
    assertEquals(made, Standin.count("cuEventCreate"));
    hash(key, streams.get(32), memory);
    assertEquals(events, Standin.live("events"), "one is made, one is closed");
    hash(key, streams.get(0), memory);
    assertEquals(made + 1, Standin.count("cuEventCreate"), "it was used a moment ago");
    hash(key, streams.get(1), memory);
    assertEquals(made + 2, Standin.count("cuEventCreate"));
  }

  private void hash(KernelKey key, long in, long memory) {
    device.tch1(key, in, 1, List.of(input(memory)), new long[2], 0);
  }

  @Test
  void memoryThatIsItsOwnIsAccepted() {
    long memory = Standin.allocate(0, 100);
    assertDoesNotThrow(() -> device.requireMemory(memory, 100));
    assertDoesNotThrow(() -> device.requireMemory(memory + 99, 1));
    assertDoesNotThrow(() -> device.requireMemory(0, 0), "no bytes lie anywhere");
  }

  @ParameterizedTest
  @CsvSource({"0, 101, ends", "100, 1, begins", "99, 2, ends", "-1, 10, begins"})
  void aBlockThatIsLongerThanSaidIsRefused(long at, long byteCount, String which) {
    long address = Standin.allocate(0, 100) + at;
    String text = message(DeviceException.class, () -> device.requireMemory(address, byteCount));
    String hex = Long.toHexString(address);
    String begin = "the block of " + byteCount + " bytes at 0x" + hex + " " + which;
    assertTrue(text.startsWith(begin + " in no device's memory, not in memory of device 0"), text);
  }

  @Test
  void memoryOfOthersIsRefused() {
    long other = Standin.allocate(1, 10);
    String text = message(DeviceException.class, () -> device.requireMemory(other, 10));
    assertTrue(text.contains("begins in memory of device 1, not in memory of device 0"), text);
    try (PinnedBlock host = device.pinned(10)) {
      text = message(DeviceException.class, () -> device.requireMemory(host.address(), 10));
      assertTrue(text.contains("begins in no device's memory"), text);
    }
  }

  @Test
  void whatWasLostWithTheDeviceIsToldAsThat() {
    long memory = Standin.allocate(0, 10);
    Standin.destroyContext(0);
    DeviceException e = assertThrows(DeviceException.class, () -> device.requireMemory(memory, 10));
    assertEquals(709, e.code());
    assertTrue(device.isLost());
  }

  @Test
  void aBlockIsItsOwnerUntilItIsClosed() {
    long before = Standin.allocated();
    try (DeviceBlock block = device.allocate(1000)) {
      assertEquals(1000, Standin.allocated() - before);
      assertDoesNotThrow(() -> device.requireMemory(block.address(), 1000));
    }
    assertEquals(before, Standin.allocated());
    device.allocate(0).close();
    assertEquals(before, Standin.allocated());
  }

  @Test
  void whatTheDriverRefusesToFreeIsTriedOnceMore() {
    long before = Standin.allocated();
    DeviceBlock block = device.allocate(8);
    Standin.fail("cuMemFree", 1, 1);
    block.close();
    assertEquals(before, Standin.allocated());
    DeviceBlock stubborn = device.allocate(8);
    Standin.fail("cuMemFree", 1, 2);
    assertDoesNotThrow(stubborn::close);
    assertEquals(8, Standin.allocated() - before);
    long frees = Standin.count("cuMemFree");
    device.allocate(8).close();
    assertEquals(1, Standin.count("cuMemFree") - frees);
  }

  @Test
  void bytesGoUpFromAnyPartAndComeBack() {
    try (PinnedBlock up = device.pinned(10);
        PinnedBlock down = device.pinned(4);
        DeviceBlock memory = device.allocate(10)) {
      up.slice(0, 10).put(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
      device.upload(up, memory.address(), 10, stream);
      device.upload(up, 6, memory.address() + 1, 2, stream);
      device.download(memory.address(), down, 4, stream);
      byte[] bytes = new byte[4];
      down.slice(0, 4).get(bytes);
      assertArrayEquals(new byte[] {0, 6, 7, 3}, bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 11", "10, 1", "-1, 1", "1, 10", "0, -1"})
  void whatIsNotInTheBlockIsNotUploaded(long offset, long byteCount) {
    try (PinnedBlock block = device.pinned(10)) {
      assertThrows(
          IndexOutOfBoundsException.class, () -> device.upload(block, offset, 0, byteCount, 0));
    }
  }

  @Test
  void noBytesNeedNoDriver() {
    try (PinnedBlock empty = device.pinned(0)) {
      device.upload(empty, 0, 0, stream);
      device.download(0, empty, 0, stream);
    }
    assertEquals(0, Standin.count("cuStreamIsCapturing"));
  }

  @Test
  void aCapturedStreamIsRefusedByAll() {
    Standin.capture(stream, true);
    try (PinnedBlock block = device.pinned(1);
        DeviceBlock memory = device.allocate(1)) {
      List<Runnable> calls =
          List.of(
              () -> device.upload(block, memory.address(), 1, stream),
              () -> device.download(memory.address(), block, 1, stream),
              () -> device.await(stream),
              () -> device.copies(stream).close());
      for (Runnable call : calls) {
        String text = message(IllegalStateException.class, call);
        String hex = "stream 0x" + Long.toHexString(stream) + " of device 0 is being captured";
        assertTrue(text.startsWith(hex), text);
        assertEquals(0, Standin.live("contexts"));
      }
    }
    assertTrue(Standin.isCapturing(stream), "the capture goes on");
    Standin.capture(stream, false);
    device.copies(stream).close();
    assertEquals(0, Standin.live("contexts"));
  }

  @Test
  void awaitingEndsAfterWhatIsInTheStream() {
    long memory = Standin.allocate(0, 1);
    Standin.write(stream, memory, new byte[] {7});
    device.await(stream);
    byte[] there = new byte[1];
    Standin.read(-1, memory, there);
    assertEquals(7, there[0]);
  }
}
