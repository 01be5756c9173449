package io.tensorcache.internal.resident;

import java.util.function.BooleanSupplier;

/**
 * What becomes of rows that have to leave device memory. Called without a lock where nothing else
 * is said, on the thread that needs the room.
 *
 * @param <K> keys of rows
 * @param <A> what is known of a row
 */
public interface Departures<K, A> {
  /** True if rows are wanted on the host; else they are dropped without being copied. */
  boolean wants(A about);

  /**
   * Takes a row over.
   *
   * @param parts the bytes of each part; the receiver's
   * @param isHeld false once it was removed from the device
   * @return false if it was not admitted, which drops it
   */
  boolean take(K key, A about, byte[][] parts, BooleanSupplier isHeld);

  /** A row is gone to make room. */
  void dropped(K key, A about);

  /** A row did not enter, because those that would have to go are asked for as often. */
  void refused(K key);

  /** A row is gone with its device. Called under a lock: must not call back, nor anyone else. */
  void lost(A about);

  /** The device had no memory left for rows that would have been within the limit. */
  void noMemory(int device);
}
