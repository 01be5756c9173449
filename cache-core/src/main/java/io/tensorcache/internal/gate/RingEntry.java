package io.tensorcache.internal.gate;

import org.jspecify.annotations.Nullable;

/**
 * A row in a {@link Ring}. Its links are guarded by the ring's owner.
 *
 * @param <E> the class of the rows
 */
public abstract class RingEntry<E extends RingEntry<E>> extends RowUse {
  E previous = self();
  E next = self();

  protected RingEntry(long byteCount) {
    super(byteCount);
  }

  @SuppressWarnings("unchecked")
  private E self() {
    return (E) this;
  }

  /** The row that was taken out of the ring behind it; null after the last. */
  public final @Nullable E nextTaken() {
    return next == this ? null : next;
  }
}
