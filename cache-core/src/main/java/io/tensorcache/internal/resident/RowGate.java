package io.tensorcache.internal.resident;

/**
 * Which new rows enter a full device. All but {@link #asked} and {@link #missed} are called under
 * the lock of the rows.
 *
 * @param <K> keys of rows
 */
public interface RowGate<K> {
  /** The claim of a row that enters whatever has to go for it. */
  int ALWAYS = Integer.MAX_VALUE;

  /** The claim of a row for which nothing goes. */
  int ROOM = 0;

  /** What a row may claim that is asked for now: to have been asked for so often lately. */
  int claim(K key);

  /** True if a row with a claim may drive out one that was asked for so often. */
  boolean isBeaten(int frequency, int claim);

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
  void asked(K key, long byteCount, int frequency);

  /** A row was asked for that was not here and now is. */
  void missed(K key, long byteCount);
}
