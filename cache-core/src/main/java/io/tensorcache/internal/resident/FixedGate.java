package io.tensorcache.internal.resident;

import io.tensorcache.internal.gate.Worth;

/**
 * A gate that does the same for all rows, however often they are asked for.
 *
 * @param claim what each of them may claim
 */
public record FixedGate<K, A>(Worth claim) implements RowGate<K, A> {
  /** Every row enters, and what was used longest ago goes. */
  public static <K, A> FixedGate<K, A> letsAllIn() {
    return new FixedGate<>(ALWAYS);
  }

  /** A row enters where there is room. */
  public static <K, A> FixedGate<K, A> keepsFirst() {
    return new FixedGate<>(ROOM);
  }

  @Override
  public Worth claim(K key, A about) {
    return claim;
  }

  @Override
  public Worth worth(int frequency, A about) {
    return ROOM;
  }

  @Override
  public int age() {
    return 0;
  }

  @Override
  public void foundNoRoom() {}

  @Override
  public int entered(K key, long byteCount) {
    return 0;
  }

  @Override
  public void left(K key, long byteCount, int frequency) {}

  @Override
  public void cleared() {}

  @Override
  public void asked(ResidentRow<K, A> row, int frequency) {}

  @Override
  public void missed(NewRow<K, A> row) {}
}
