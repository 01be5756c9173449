package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.internal.key.ChangeDigest;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether weights of a device changed is found where they lie. */
@RequiresStandin
class DeviceChangeDigestTest {
  private final StandinTensor.Adapter adapter = new StandinTensor.Adapter();

  @AfterEach
  void reset() {
    Standin.reset();
  }

  @Test
  void isThatOfTheHostInOneLaunchAndDiffersByAnyValue() {
    Standin.set("devices", 1);
    List<StandinTensor> tensors = new ArrayList<>(); // kept
    List<TensorView> onDevice = new ArrayList<>();
    List<TensorView> onHost = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      float[] values = new float[1 + 37 * i];
      Arrays.fill(values, i + 0.5f);
      tensors.add(StandinTensor.of(0, values, values.length));
      onDevice.add(adapter.view(tensors.get(i)));
      onHost.add(HostTensor.adapter().view(HostTensor.ofFloats(values, values.length)));
    }
    long[] before = ChangeDigest.of(onDevice); // everything is loaded
    long launches = Standin.count("cuLaunchKernel");
    long down = Standin.count("bytes to host");
    assertArrayEquals(before, ChangeDigest.of(onDevice));
    assertEquals(1, Standin.count("cuLaunchKernel") - launches);
    assertEquals(down, Standin.count("bytes to host"));
    assertArrayEquals(before, ChangeDigest.of(onHost));
    tensors.add(StandinTensor.of(0, new float[] {0.25f}, 1));
    onDevice.set(0, adapter.view(tensors.get(60)));
    assertFalse(Arrays.equals(before, ChangeDigest.of(onDevice)));
  }
}
