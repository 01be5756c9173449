package io.tensorcache.internal.resident;

import io.tensorcache.internal.gate.Worth;

/**
 * Which new rows enter a full device: those that are worth more than each row that would go for
 * them, by the margin of {@link Worth}. All but {@link #asked} and {@link #missed} are called under
 * the lock of the rows.
 *
 * @param <K> keys of rows
 * @param <A> what is known of a row
 */
public interface RowGate<K, A> {
  /** The claim of a row that enters whatever has to go for it. */
  Worth ALWAYS = new Worth(Integer.MAX_VALUE, 0);

  /** The claim of a row for which nothing goes. */
  Worth ROOM = new Worth(0, 0);

  /** What a row is taken to be worth that is asked for now. */
  Worth claim(K key, A about);

  /** What a row is worth that is here and was asked for so often lately. */
  Worth worth(int frequency, A about);

  /** How often all frequencies were halved. */
  int age();

  /** A row found no room, unless others go for it. */
  void foundNoRoom();

  /** A row is here from now on. Returns how often it was asked for lately. */
  int entered(K key, long byteCount);

  /** A row that was asked for so often lately is not here any more. */
  void left(K key, long byteCount, int frequency);

  /** No row is here any more. */
  void cleared();

  /** A row that is here was asked for, so often lately. */
  void asked(ResidentRow<K, A> row, int frequency);

  /** A row was asked for that was not here and now is. */
  void missed(NewRow<K, A> row);
}
