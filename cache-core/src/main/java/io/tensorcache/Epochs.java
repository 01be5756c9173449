package io.tensorcache;

import io.tensorcache.stats.CacheStats;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The epochs of a training run, each with the statistics of what happened in it. Each iteration
 * starts anew. Safe for use by several threads; an iterator is confined to one.
 * <!-- region: epochs, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * for (Epochs.Epoch epoch : cache.epochs(1, 3)) {
 *   squares.apply(batch);
 *   rates.add(epoch.stats().hitRate()); // 0 in the first epoch, then 1
 * }
 * }</pre>
 */
public final class Epochs implements Iterable<Epochs.Epoch> {
  private final TensorCache cache;
  private final int first;
  private final int last;

  Epochs(TensorCache cache, int first, int last) {
    if (last < first) {
      throw new IllegalArgumentException(
          "epochs " + first + " to " + last + ": the last must not be before the first");
    }
    this.cache = cache;
    this.first = first;
    this.last = last;
  }

  @Override
  public Iterator<Epoch> iterator() {
    return new Iterator<>() {
      private long next = first;

      @Override
      public boolean hasNext() {
        return next <= last;
      }

      @Override
      public Epoch next() {
        if (!hasNext()) {
          throw new NoSuchElementException("epoch " + last + " was the last");
        }
        return new Epoch((int) next++, cache);
      }
    };
  }

  /**
   * One epoch. Confined to one thread.
   * <!-- region: epochs, from FunctionExamplesTest.java -->
   *
   * <pre>{@code
   * for (Epochs.Epoch epoch : cache.epochs(1, 3)) {
   *   squares.apply(batch);
   *   rates.add(epoch.stats().hitRate()); // 0 in the first epoch, then 1
   * }
   * }</pre>
   */
  public static final class Epoch {
    private final int number;
    private final TensorCache cache;
    private final CacheStats before;

    Epoch(int number, TensorCache cache) {
      this.number = number;
      this.cache = cache;
      this.before = cache.stats();
    }

    /** Returns its number, the first being that given to {@link TensorCache#epochs}. */
    public int number() {
      return number;
    }

    /** Returns what the cache did since this epoch began. */
    public CacheStats stats() {
      return cache.stats().since(before);
    }
  }
}
