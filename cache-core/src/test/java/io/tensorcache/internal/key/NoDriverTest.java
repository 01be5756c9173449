package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A machine without a CUDA driver. */
class NoDriverTest {
  private final TensorSpec spec = TensorSpec.of(DType.UINT8, 1, 8);

  @BeforeEach
  void requireNoDriver() {
    boolean found = true;
    try {
      Devices.get();
    } catch (DeviceException e) {
      found = e.code() != 0 || !String.valueOf(e.getMessage()).startsWith("no CUDA driver");
    }
    assumeTrue(!found, "requirement 'no driver': this machine has one");
  }

  private long[] digest(RowKeys keys, TensorView view) {
    long[] out = new long[2];
    keys.digest(view, keys.tweak(spec.row(), 0, new byte[0]), out);
    return out;
  }

  @Test
  void saysWhatIsMissingEveryTime() {
    RowKeys keys = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null);
    TensorView onDevice = TensorView.of(spec, DeviceMemory.of(0, 4096, 8, 0));
    for (int i = 0; i < 2; i++) {
      DeviceException e = assertThrows(DeviceException.class, () -> digest(keys, onDevice));
      assertEquals(0, e.code());
      assertTrue(String.valueOf(e.getMessage()).contains("libcuda.so.1"), e.toString());
      assertEquals(1, String.valueOf(e.getMessage()).lines().count());
      assertThrows(
          DeviceException.class, () -> RowKeys.create(KeyBackend.CUDA, KeyAlgorithm.TCH1, 0, null));
    }
  }

  @Test
  void hashesHostMemoryAsBefore() {
    TensorView view = TensorView.of(spec, HostMemory.of(ByteBuffer.allocate(8)));
    RowKeys java = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    RowKeys automatic = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null);
    assertArrayEquals(digest(java, view), digest(automatic, view));
  }
}
