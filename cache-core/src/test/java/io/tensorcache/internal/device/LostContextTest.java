package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which results of the driver mean that all is gone, and what is said then. */
class LostContextTest {
  @ParameterizedTest
  @ValueSource(
      ints = {4, 201, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 999})
  void isMeantByWhatNoContextComesBackFrom(int code) {
    assertTrue(LostContext.isMeantBy(new DeviceException("", code)));
  }

  /** No code, bad values, no memory, a bad image, not ready, peers, a capture. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100, 101, 209, 218, 400, 500, 600, 701, 704, 711, 712, 900, 906})
  void isNotMeantByOtherFailures(int code) {
    assertFalse(LostContext.isMeantBy(new DeviceException("", code)));
  }

  @Test
  void aDestroyedContextIsLost() {
    DeviceException e = LostContext.destroyed();
    assertTrue(LostContext.isMeantBy(e));
    assertEquals("CUDA_ERROR_CONTEXT_IS_DESTROYED (709)", e.getMessage());
  }

  @Test
  void tellsWhichDeviceWhyAndWhatToDo() {
    DeviceException cause = new DeviceException("cuX: CUDA_ERROR_ILLEGAL_ADDRESS (700)", 700);
    DeviceException told = LostContext.told("device 3 NVIDIA H200", cause);
    assertSame(cause, told.getCause());
    assertEquals(700, told.code());
    assertEquals(
        "device 3 NVIDIA H200 is lost, with all that lay in its memory (cuX:"
            + " CUDA_ERROR_ILLEGAL_ADDRESS (700)): load the tensors again, there or in host memory,"
            + " or restart the program if the device stays lost",
        told.getMessage());
  }

  @Test
  void whatWasToldIsNotToldAgain() {
    DeviceException told = LostContext.told("device 0", LostContext.destroyed());
    assertSame(told, LostContext.told("device 0", told));
    DeviceException other = new DeviceException("x", new IllegalStateException());
    assertSame(other, LostContext.told("device 0", other).getCause());
  }

  @Test
  void successIsNoFailure() {
    assertDoesNotThrow(() -> Driver.check("cuInit", 0));
  }

  @ParameterizedTest
  @CsvSource({"2, CUDA_ERROR_OUT_OF_MEMORY", "600, CUDA_ERROR_NOT_READY", "1, CUDA_ERROR_INVALID"})
  void anyOtherResultNamesTheFunctionAndTheCode(int code, String name) {
    DeviceException e = assertThrows(DeviceException.class, () -> Driver.check("cuMemAlloc", code));
    assertEquals(code, e.code());
    String message = e.getMessage();
    assertTrue(message.startsWith("cuMemAlloc of the CUDA driver: " + name), message);
    assertTrue(message.endsWith("(" + code + ")"), message);
  }
}
