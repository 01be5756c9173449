package io.tensorcache.internal.gate;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * In which order rows leave: the oldest first, but one that was used since the last look goes to
 * the end (second chance). Guarded by its owner; needs no memory.
 *
 * @param <E> the class of the rows
 */
public final class Ring<E extends RingEntry<E>> {
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
   * True if the oldest rows of so many bytes all give way; {@link #take} without chances then takes
   * these. Otherwise the one that does not goes to the end, so that the next look is at another
   * one.
   */
  public boolean isBeaten(long wantedBytes, Predicate<? super E> givesWay) {
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
      } else if (!givesWay.test(entry)) {
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
