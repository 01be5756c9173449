package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fingerprints of weights that lie on a device. */
@RequiresStandin
class DeviceFingerprintTest {
  private final StandinTensor.Adapter adapter = new StandinTensor.Adapter();
  private final Map<String, StandinTensor> onDevice = new LinkedHashMap<>();
  private final Map<String, HostTensor> onHost = new LinkedHashMap<>();

  /**
   * The first call after another test destroyed a context is told so, and the next finds a new one.
   */
  @BeforeEach
  void forgetContextsThatAreGone() {
    Standin.set("devices", 2);
    for (int device = 0; device < 2; device++) {
      try {
        Fingerprint.ofWeights(Map.of("x", StandinTensor.of(device, new float[1], 1, 1)), adapter);
      } catch (DeviceException e) {
        assertEquals(709, e.code(), e.getMessage());
      }
    }
  }

  @AfterEach
  void reset() {
    Standin.reset();
  }

  private void weights(int device, long seed, int tensors) {
    Random random = new Random(seed);
    for (int i = 0; i < tensors; i++) {
      long[] shape = {random.nextInt(40), 1 + random.nextInt(i % 7 == 0 ? 900 : 50)};
      float[] values = new float[(int) (shape[0] * shape[1])];
      for (int j = 0; j < values.length; j++) {
        values[j] = random.nextFloat();
      }
      onDevice.put("w" + i, StandinTensor.of(device, values, shape));
      onHost.put("w" + i, HostTensor.ofFloats(values, shape));
    }
  }

  /** The device's own hash is fast, and whoever knows its seed can aim at it. */
  @Test
  void isThatOfTheHostByACopyOfEachByte() {
    long seed = new Random().nextLong();
    weights(0, seed, 60);
    long bytes = onHost.values().stream().mapToLong(w -> w.spec().byteCount()).sum();
    long launches = Standin.count("cuLaunchKernel");
    long down = Standin.count("bytes to host");
    Fingerprint found = Fingerprint.ofWeights(onDevice, adapter);
    assertEquals(0, Standin.count("cuLaunchKernel") - launches);
    assertEquals(bytes, Standin.count("bytes to host") - down);
    assertEquals(Fingerprint.ofWeights(onHost, HostTensor.adapter()), found, "random seed " + seed);
  }

  /** Longer than a piece. */
  @Test
  void aLargeTensorIsCopiedInPieces() {
    float[] values = new float[9 << 20];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    onDevice.put("w", StandinTensor.of(0, values, 9, 1 << 20));
    onHost.put("w", HostTensor.ofFloats(values, 9, 1 << 20));
    assertEquals(
        Fingerprint.ofWeights(onHost, HostTensor.adapter()),
        Fingerprint.ofWeights(onDevice, adapter));
  }

  /** The device of the weights is named, and what to do; a new context takes them again. */
  @Test
  void aLostDeviceIsToldByNameAndRemedy() {
    weights(0, 7, 3);
    Fingerprint before = Fingerprint.ofWeights(onDevice, adapter);
    for (String function : List.of("cuCtxPushCurrent", "cuMemcpyDtoHAsync", "cuEventSynchronize")) {
      Standin.fail(function, 719, 1); // a kernel of anyone failed
      DeviceException e = failure();
      assertEquals(719, e.code(), function);
      assertTold(e, "no fingerprint of 3 tensors: device 0 Stand-in 0 is lost", function + " of");
      assertTold(e, "load the tensors again", "or restart the program");
      assertEquals(before, Fingerprint.ofWeights(onDevice, adapter), function);
    }
    Standin.fail("cuCtxPushCurrent", 719, 1);
    failure();
    Standin.fail("cuDevicePrimaryCtxRetain", 719, 1); // it stays lost
    assertTold(failure(), "device 0 is lost", "cuDevicePrimaryCtxRetain of");
    assertEquals(before, Fingerprint.ofWeights(onDevice, adapter));
  }

  @Test
  void weightsOfAnEarlierContextAreToldAsSuch() {
    weights(0, 8, 2);
    Fingerprint before = Fingerprint.ofWeights(onDevice, adapter);
    Standin.destroyContext(0);
    assertTold(failure(), "no fingerprint of 2 tensors: device 0 Stand-in 0 is lost", "(709)");
    DeviceException e = failure(); // the device is back, and they are not there
    assertTold(e, "not in memory of device 0", "lost with an earlier context of the device");
    assertTold(e, "load the tensor again");
    onDevice.clear();
    weights(0, 8, 2);
    assertEquals(before, Fingerprint.ofWeights(onDevice, adapter));
  }

  private DeviceException failure() {
    return assertThrows(DeviceException.class, () -> Fingerprint.ofWeights(onDevice, adapter));
  }

  private static void assertTold(DeviceException e, String... parts) {
    String message = String.valueOf(e.getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void changesWithOneValueOfOneTensor() {
    weights(0, 5, 4);
    Fingerprint before = Fingerprint.ofWeights(onDevice, adapter);
    onDevice.put("w3", StandinTensor.of(0, new float[] {1, 2}, 2, 1));
    assertNotEquals(before, Fingerprint.ofWeights(onDevice, adapter));
  }

  @Test
  void takesTensorsOfTwoDevicesAndOfOtherLayouts() {
    weights(0, 6, 3);
    float[] values = {1, 2, 3, 4, 5, 6};
    onDevice.put("other", StandinTensor.of(1, values, 2, 3));
    onHost.put("other", HostTensor.ofFloats(values, 2, 3));
    onDevice.put("turned", StandinTensor.of(0, values, 2, 3).transposed());
    onHost.put("turned", HostTensor.ofFloats(new float[] {1, 4, 2, 5, 3, 6}, 3, 2));
    assertEquals(
        Fingerprint.ofWeights(onHost, HostTensor.adapter()),
        Fingerprint.ofWeights(onDevice, adapter));
  }
}
