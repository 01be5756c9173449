package io.tensorcache.internal.resident;

/**
 * A gate that does the same for all rows, however often they are asked for.
 *
 * @param claim what each of them may claim
 */
public record FixedGate<K>(int claim) implements RowGate<K> {
  /** Every row enters, and what was used longest ago goes. */
  public static <K> FixedGate<K> letsAllIn() {
    return new FixedGate<>(ALWAYS);
  }

  /** A row enters where there is room. */
  public static <K> FixedGate<K> keepsFirst() {
    return new FixedGate<>(ROOM);
  }

  @Override
  public int claim(K key) {
    return claim;
  }

  @Override
  public boolean isBeaten(int frequency, int claim) {
    return claim == ALWAYS;
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
  public void asked(K key, long byteCount, int frequency) {}

  @Override
  public void missed(K key, long byteCount) {}
}
