package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.util.List;
import java.util.Random;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A program that uses JCuda itself may have told it to throw, in the whole process. */
@InContext
class ThrowingJCudaTest {
  private Device device;

  @BeforeEach
  void throwResults() {
    device = Devices.get().device(0);
    JCudaDriver.setExceptionsEnabled(true);
  }

  @AfterEach
  void returnResults() {
    JCudaDriver.setExceptionsEnabled(false);
  }

  @Test
  void whatIsUnderWayIsNoFailure() {
    long stream = Standin.stream(0);
    long memory = Standin.allocate(0, 8);
    PinnedBlock block = device.pinned(8);
    Standin.hold(true);
    device.upload(block, memory, 8, stream);
    assertFalse(Driver.isDone(block.event()));
    Standin.hold(false);
    device.await(stream);
    assertTrue(Driver.isDone(block.event()));
  }

  @Test
  void aFailureIsToldWithItsCode() {
    for (int code : new int[] {2, 700, 999}) {
      Standin.fail("cuMemAlloc", code, 1);
      DeviceException e = assertThrows(DeviceException.class, () -> Driver.allocate(8));
      assertEquals(code, e.code());
      assertTrue(e.getMessage().startsWith("cuMemAlloc of the CUDA driver: CUDA_ERROR_"));
    }
  }

  @Test
  void anAddressWhereNothingIsIsTold() {
    assertEquals(-1, Driver.deviceOf(4096));
    assertEquals(0, Driver.bufferId(4096));
    DeviceException e = assertThrows(DeviceException.class, () -> device.requireMemory(4096, 8));
    assertTrue(e.getMessage().contains("begins in no device's memory"), e.getMessage());
  }

  @Test
  void aStreamThatIsCapturedIsRefused() {
    long stream = Standin.stream(0);
    Standin.capture(stream, true);
    assertThrows(IllegalStateException.class, () -> device.requireNoCapture(stream));
    assertThrows(IllegalStateException.class, () -> device.requireNoCapture(0));
    Standin.capture(stream, false);
    device.requireNoCapture(stream);
  }

  @Test
  void rowsHaveTheSameKeys() {
    KernelKey key = device.newKey(new Random(1).longs(545, 0, 1L << 60).toArray());
    long row = Standin.allocate(0, 1);
    var input = new RowsInput(row, 0, 1, 5, 6, 1, 0, 0, new long[0], new long[0]);
    long[] thrown = new long[2];
    device.tch1(key, 0, 1, List.of(input), thrown, 0);
    JCudaDriver.setExceptionsEnabled(false);
    long[] returned = new long[2];
    device.tch1(key, 0, 1, List.of(input), returned, 0);
    assertArrayEquals(returned, thrown);
  }
}
