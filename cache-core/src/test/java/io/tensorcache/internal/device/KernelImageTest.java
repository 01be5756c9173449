package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which image of the kernels is taken. */
@RequiresStandin
class KernelImageTest {
  private static final int NO_IMAGE_FOR_DEVICE = 209;
  private final byte[] fatbin =
      ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(0xBA55ED50).array();
  private final byte[] ptx =
      "//\n.version 6.3\n.target sm_75\n".getBytes(StandardCharsets.US_ASCII);

  @BeforeEach
  void enter() {
    Standin.stream(0); // loads the driver
    Devices.get();
    Driver.push(Driver.retainPrimary(0));
  }

  @AfterEach
  void leave() {
    Driver.pop();
  }

  @Test
  void takesTheFatbinWhereThereIsOne() {
    assertEquals("fatbin", KernelImage.load(fatbin, ptx).name());
    assertEquals("PTX", KernelImage.load(null, ptx).name());
  }

  @Test
  void takesThePtxWhereTheFatbinHasNoCodeForTheDevice() {
    Standin.fail("cuModuleLoadData", NO_IMAGE_FOR_DEVICE, 1);
    assertEquals("PTX", KernelImage.load(fatbin, ptx).name());
  }

  @Test
  void saysWhyNothingLoads() {
    Standin.fail("cuModuleLoadData", NO_IMAGE_FOR_DEVICE, 2);
    DeviceException e = assertThrows(DeviceException.class, () -> KernelImage.load(fatbin, ptx));
    assertEquals(NO_IMAGE_FOR_DEVICE, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("update the driver"), e.toString());
    byte[] newer = "//\n.version 9.9\n".getBytes(StandardCharsets.US_ASCII);
    Standin.set("driver", 12_000);
    assertThrows(DeviceException.class, () -> KernelImage.load(null, newer));
    assertThrows(DeviceException.class, () -> KernelImage.load(null, null));
  }

  @Test
  void packagesTheCheckedInPtx() {
    assertTrue(KernelImage.class.getResource("tensorcache.ptx") != null);
  }
}
