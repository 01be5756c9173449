package io.tensorcache.internal.rows;

import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Holdings;
import io.tensorcache.internal.gate.Ring;
import io.tensorcache.internal.resident.RowGate;
import io.tensorcache.tensor.TensorKey;

/** The gate of all tiers, for the rows of one device. Safe for use by several threads. */
final class DeviceGate implements RowGate<TensorKey> {
  private final Gate gate;
  private final Holdings held;

  DeviceGate(Gate gate) {
    this.gate = gate;
    this.held = gate.newTier();
  }

  /** It is not counted yet that the row is asked for now: if it does not enter, the host does. */
  @Override
  public int claim(TensorKey key) {
    return gate.isOpen() ? ALWAYS : gate.claim(gate.frequency(key) + 1);
  }

  @Override
  public boolean isBeaten(int frequency, int claim) {
    return claim == ALWAYS || Ring.beats(claim, frequency, Ring.MARGIN);
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
  public void asked(TensorKey key, long byteCount, int frequency) {
    gate.found(key, byteCount, frequency);
  }

  @Override
  public void missed(TensorKey key, long byteCount) {
    gate.missed(key, byteCount);
  }
}
