package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which devices there are, and why there are none. */
@RequiresStandin
class DevicesTest {
  private static String refusal() {
    return String.valueOf(assertThrows(DeviceException.class, Devices::get).getMessage());
  }

  @Test
  void areLookedForOnce() {
    Standin.set("devices", 3);
    Devices found = Devices.get();
    assertEquals(3, found.count());
    Standin.set("devices", 1);
    assertSame(found, Devices.get());
    assertEquals(1, Standin.count("cuDeviceGetCount"));
  }

  @Test
  void thereMayBeNone() {
    Standin.set("devices", 0);
    assertTrue(refusal().startsWith("no CUDA device: cuInit"), refusal());
    Standin.set("devices", 1);
    assertEquals(1, Devices.get().count(), "one may come later");
  }

  @ParameterizedTest
  @CsvSource({"11990, 11.99", "11080, 11.8", "10020, 10.2"})
  void anOlderDriverIsRefused(long version, String text) {
    Standin.set("driver", version);
    assertEquals(
        "the CUDA driver is too old: it is of CUDA " + text + ", and 12.0 or later is needed",
        refusal());
  }

  @Test
  void theOldestDriverThatDoesIsTaken() {
    Standin.set("driver", 12_000);
    assertEquals("driver 12.0; device 0 Stand-in 0", Devices.get().description());
    Devices.get().device(0);
    assertEquals("driver 12.0; device 0 Stand-in 0, sm_90", Devices.get().description());
  }

  @Test
  void allAreDescribedWithoutOpeningThem() {
    Standin.set("devices", 2);
    Standin.set("driver", 12_060);
    Standin.set("memory", 12_345);
    Devices devices = Devices.get();
    assertEquals("driver 12.6; device 0 Stand-in 0; device 1 Stand-in 1", devices.description());
    assertEquals(12_345, devices.memoryBytes(1));
    assertEquals(0, Standin.count("cuDevicePrimaryCtxRetain"));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2, Integer.MAX_VALUE})
  void aDeviceThatIsNotThereIsRefused(int ordinal) {
    Standin.set("devices", 2);
    Devices devices = Devices.get();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> devices.device(ordinal));
    assertEquals("device " + ordinal + ": the driver has devices 0..1", e.getMessage());
  }

  @Test
  void aDeviceIsOpenedOnceAndAgainWhenItIsLost() {
    Standin.set("devices", 2);
    Devices devices = Devices.get();
    Device device = devices.device(0);
    assertSame(device, devices.device(0));
    assertNotSame(device, devices.device(1));
    Standin.destroyContext(0);
    assertThrows(DeviceException.class, () -> device.allocate(1));
    Device again = devices.device(0);
    assertNotSame(device, again);
    assertSame(again, devices.device(0));
    assertTrue(device.isLost());
    assertFalse(again.isLost());
    again.allocate(1).close();
  }

  @Test
  void aDeviceThatDoesNotOpenIsOpenedByTheNextCall() {
    Devices devices = Devices.get();
    Standin.fail("cuDevicePrimaryCtxRetain", 2, 1);
    assertEquals(2, assertThrows(DeviceException.class, () -> devices.device(0)).code());
    assertFalse(devices.device(0).isLost());
  }

  @Test
  void aDeviceThatIsLostBeforeItOpensIsToldAsThat() {
    Devices devices = Devices.get();
    Standin.fail("cuDevicePrimaryCtxRetain", 700, 1);
    DeviceException e = assertThrows(DeviceException.class, () -> devices.device(0));
    assertEquals(700, e.code());
    assertTrue(e.getMessage().startsWith("device 0 is lost"), e.getMessage());
  }

  /** Other code of the process reads it too. */
  @Test
  void loadingTheLibraryLeavesTheTemporaryDirectoryAsItWas() {
    String before = System.getProperty("java.io.tmpdir");
    DriverLibrary.load();
    assertEquals(before, System.getProperty("java.io.tmpdir"));
    assertEquals(1, Devices.get().count());
  }
}
