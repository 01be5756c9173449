package io.tensorcache.internal.rows;

import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Holdings;
import io.tensorcache.internal.gate.Worth;
import io.tensorcache.internal.resident.NewRow;
import io.tensorcache.internal.resident.ResidentRow;
import io.tensorcache.internal.resident.RowGate;
import io.tensorcache.tensor.TensorKey;

/** The gate of all tiers, for the rows of one device. Safe for use by several threads. */
final class DeviceGate implements RowGate<TensorKey, DeviceTier.Resident> {
  private final Gate gate;
  private final Holdings held;

  DeviceGate(Gate gate) {
    this.gate = gate;
    this.held = gate.newTier();
  }

  /** It is not counted yet that the row is asked for now: if it does not enter, the host does. */
  @Override
  public Worth claim(TensorKey key, DeviceTier.Resident about) {
    return gate.isOpen() ? ALWAYS : gate.claim(gate.frequency(key) + 1, about.group());
  }

  @Override
  public Worth worth(int frequency, DeviceTier.Resident about) {
    return gate.worth(frequency, about.group());
  }

  @Override
  public int age() {
    return gate.age();
  }

  @Override
  public void foundNoRoom() {
    gate.foundNoRoom();
  }

  @Override
  public int entered(TensorKey key, long byteCount) {
    gate.entered(held, key, byteCount);
    return gate.frequency(key);
  }

  @Override
  public void left(TensorKey key, long byteCount, int frequency) {
    gate.remember(key, frequency);
    gate.left(held, key, byteCount);
  }

  @Override
  public void cleared() {
    gate.cleared(held);
  }

  @Override
  public void asked(ResidentRow<TensorKey, DeviceTier.Resident> row, int frequency) {
    gate.found(row.key, row.byteCount, frequency, row.about.group());
  }

  @Override
  public void missed(NewRow<TensorKey, DeviceTier.Resident> row) {
    gate.missed(row.key(), row.byteCount(), row.about().group());
  }
}
