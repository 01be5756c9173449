package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Worth;
import io.tensorcache.internal.resident.NewRow;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What rows on a device are worth. */
class DeviceGateWorthTest {
  private static final TensorKey KEY = new TensorKey(1, 2);
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(new RowSchema.Part("out", TensorSpec.of(DType.FLOAT32, 4), DType.FLOAT32)));

  private static DeviceTier.Resident of(int group) {
    return new DeviceTier.Resident(SCHEMA, group);
  }

  private static DeviceGate gate(@Nullable IntToDoubleFunction weights) {
    return new DeviceGate(new Gate(true, weights));
  }

  private static boolean isDrivenOut(DeviceGate gate, int group, int frequency, int byGroup) {
    return gate.claim(KEY, of(byGroup)).beats(gate.worth(frequency, of(group)), Worth.MARGIN);
  }

  @Test
  void whatSavesMoreDrivesOutWhatSavesLess() {
    DeviceGate gate = gate(group -> group == 7 ? 10 : 1);
    assertTrue(isDrivenOut(gate, 3, 7, 7), "asked for the first time");
    assertFalse(isDrivenOut(gate, 3, 8, 7));
    assertFalse(isDrivenOut(gate, 7, 0, 3));
    for (int i = 0; i < 5; i++) {
      gate.missed(new NewRow<>(KEY, of(3), new long[1], new long[] {16}));
    }
    assertTrue(isDrivenOut(gate, 3, 3, 3), "by how often it was asked for");
    assertFalse(isDrivenOut(gate, 3, 4, 3));
  }

  @Test
  void unweighedTheFrequencyDecides() {
    DeviceGate gate = gate(null);
    assertFalse(isDrivenOut(gate, 3, 0, 7));
    assertEquals(new Worth(4, 0), gate.worth(4, of(7)));
  }
}
