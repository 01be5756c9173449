package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a device does for several threads. */
@RequiresStandin
class DeviceTest {
  /** Two kernels whose names fall into one bin of a hash map, so that a lock of it is shared. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aKernelIsFoundWhileTheDeviceIsTestedWithAnother() throws Exception {
    Standin.restart(0);
    Device device = Devices.get().device(0);
    Thread other =
        new Thread(
            () ->
                device.inContext(
                    () -> {
                      return device.function("tch1_rows");
                    }));
    String findings =
        device.tested(
            () -> {
              other.start();
              while (other.isAlive()) {
                Thread.onSpinWait();
              }
              device.inContext(() -> device.function("tch1_list"));
              return "";
            });
    assertEquals("", findings);
    other.join(TimeUnit.SECONDS.toMillis(20));
    assertFalse(other.isAlive());
    Standin.restart(0);
  }
}
