package io.tensorcache.internal.resident;

/**
 * A row to be kept: where its parts lie on the device now.
 *
 * @param key its key
 * @param about what is known of it
 * @param from the address of each part
 * @param byteCounts the length of each part
 */
public record NewRow<K, A>(K key, A about, long[] from, long[] byteCounts) {
  /** What the row will count for. */
  public long byteCount() {
    return ResidentRow.bytesOf(byteCounts);
  }
}
