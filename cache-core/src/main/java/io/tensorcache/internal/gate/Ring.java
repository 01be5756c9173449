package io.tensorcache.internal.gate;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * In which order rows leave: the oldest first, but one that was used since the last look goes to
 * the end (second chance). Guarded by its owner; needs no memory.
 *
 * @param <E> the class of the rows
 */
public final class Ring<E extends RingEntry<E>> {
  /**
   * A new row has to be asked for by more than this more often than one that would go for it. In an
   * epoch the rows that were already asked for are ahead of the others by one. Halving doubles what
   * is lost to rounding: with 1, epochs lose 2 %, with 0 all.
   */
  public static final int MARGIN = 2;

  /** Looks at rows that were used, for one new row. */
  private static final int MOST_CHANCES = 64;

  private final E ends;
  private long byteCount;
  private long count;

  /**
   * @param ends stands before the oldest and behind the newest row
   */
  public Ring(E ends) {
    this.ends = ends;
  }

  /** True if what was asked for so often may drive out what was asked for as often as the other. */
  public static boolean beats(int frequency, int other, int margin) {
    return frequency > other + margin;
  }

  /** Bytes of all rows. */
  public long byteCount() {
    return byteCount;
  }

  /** Number of rows. */
  public long count() {
    return count;
  }

  /** Adds a row as the newest one. */
  public void add(E entry) {
    linkLast(entry);
    byteCount += entry.byteCount;
    count++;
  }

  /** Takes a row out that is in. */
  public void remove(E entry) {
    unlink(entry);
    byteCount -= entry.byteCount;
    count--;
  }

  /** The row that came first; null if there is none. */
  public @Nullable E oldest() {
    return ends.next == ends ? null : ends.next;
  }

  /** Visits all rows, the oldest first. */
  public void forEach(Consumer<E> visitor) {
    for (E entry = ends.next; entry != ends; entry = entry.next) {
      visitor.accept(entry);
    }
  }

  /**
   * True if the oldest rows of so many bytes were all asked for less often than this, by the
   * margin; {@link #take} without chances then takes these. Otherwise the one that was not goes to
   * the end, so that the next look is at another one.
   */
  public boolean isBeaten(long wantedBytes, int frequency, int margin, int age) {
    if (frequency <= margin) {
      return false;
    }
    int chances = MOST_CHANCES;
    E entry = ends.next;
    for (long bytes = 0; bytes < wantedBytes; ) {
      if (entry == ends) {
        return false;
      }
      E next = entry.next;
      if (entry.isUsed() && chances-- > 0) {
        entry.takeUsed();
        moveLast(entry);
      } else if (!beats(frequency, entry.frequency(age), margin)) {
        moveLast(entry);
        return false;
      } else {
        bytes += entry.byteCount;
      }
      entry = next;
    }
    return true;
  }

  /**
   * Takes the oldest rows out until they have so many bytes, which must be there.
   *
   * @param chances how many rows that were used may go to the end instead
   * @return the first of them, with the others behind it; null if none has to go
   */
  public @Nullable E take(long wantedBytes, long chances) {
    E first = null;
    E last = null;
    long left = chances;
    for (long bytes = 0; bytes < wantedBytes; ) {
      E oldest = ends.next;
      if (left-- > 0 && oldest.takeUsed()) {
        moveLast(oldest);
        continue;
      }
      remove(oldest);
      first = first == null ? oldest : first;
      if (last != null) {
        last.next = oldest;
      }
      last = oldest;
      bytes += oldest.byteCount;
    }
    return first;
  }

  private void moveLast(E entry) {
    unlink(entry);
    linkLast(entry);
  }

  private void linkLast(E entry) {
    entry.previous = ends.previous;
    entry.next = ends;
    ends.previous.next = entry;
    ends.previous = entry;
  }

  private void unlink(E entry) {
    E after = entry.next;
    entry.previous.next = after;
    after.previous = entry.previous;
    entry.previous = entry;
    entry.next = entry;
  }
}
