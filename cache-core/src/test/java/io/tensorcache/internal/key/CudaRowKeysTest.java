package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Host memory through the kernels: what every back end must do. */
@RequiresStandin
class CudaRowKeysTest extends RowKeysContract {
  @Override
  RowKeys keys(KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt) {
    return RowKeys.create(KeyBackend.CUDA, algorithm, samplesPerRow, salt);
  }

  /** What takes long on the emulator is the C++ back end's: the kernels have tests of their own. */
  @BeforeEach
  void emulateSmallLaunches() {
    Standin.set("emulated tiles", 200);
    views = 120;
  }

  @Tag("nightly")
  @RepeatedTest(10)
  void givesManyViewsTheirKeys() {
    givesAViewTheKeyOfItsContiguousCopy();
    givesTheSameTorchcacheHashAsJavaOnAnyBits();
    givesTheSameKeysToManyThreads();
  }

  /** The memory of a device is reached by address in {@link DeviceRowKeysTest}. */
  @Override
  void reachesBeyondTwoGibibytesByAddress() {}

  @Test
  void saysDriverDeviceAndImage() {
    String fatbin = "/io/tensorcache/internal/device/tensorcache.fatbin"; // of -Dtc.cuda=on
    String image = CudaRowKeysTest.class.getResource(fatbin) == null ? "PTX" : "fatbin";
    assertEquals(KeyBackend.CUDA, keys().backend());
    assertEquals(
        "CUDA (driver 13.0; device 0 Stand-in 0, sm_90, kernels from the " + image + ")",
        keys().description());
    assertTrue(keys(KeyAlgorithm.TORCHCACHE, 0, null).description().startsWith("CUDA ("));
  }
}
