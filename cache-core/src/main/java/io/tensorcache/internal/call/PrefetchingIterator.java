package io.tensorcache.internal.call;

import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands out what a source gives, one step behind it. Confined to one thread. */
public final class PrefetchingIterator<T> implements Iterator<T> {
  private final Iterator<? extends T> source;
  private final Consumer<? super T> prefetch;
  private @Nullable T next;

  public PrefetchingIterator(Iterator<? extends T> source, Consumer<? super T> prefetch) {
    this.source = source;
    this.prefetch = prefetch;
  }

  @Override
  public boolean hasNext() {
    return next != null || source.hasNext();
  }

  @Override
  public T next() {
    T ahead = next;
    T current = ahead == null ? source.next() : ahead; // the first is read by the call itself
    next = null;
    if (source.hasNext()) {
      T following = source.next();
      next = following;
      prefetch.accept(following);
    }
    return current;
  }
}
