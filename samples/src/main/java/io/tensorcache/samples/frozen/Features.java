package io.tensorcache.samples.frozen;

import org.bytedeco.pytorch.Tensor;

/** Gives the features of a batch of images: the frozen network, or the cache in front of it. */
@FunctionalInterface
interface Features {
  /**
   * The features {@code float32[n, features]} of the images {@code float32[n, 1, 32, 32]}, in a
   * tensor that belongs to the caller.
   */
  Tensor of(Tensor images) throws Exception;

  /** What the cache served since the last call; nothing where there is none. */
  default Served served() {
    return Served.NOTHING;
  }

  /**
   * Rows asked of a cache. Copies of a row in the same batch are in neither count.
   *
   * @param hits rows that it had
   * @param misses rows that were computed
   */
  record Served(long hits, long misses) {
    static final Served NOTHING = new Served(0, 0);

    /** Hits over rows; 0 before the first row. */
    double hitRate() {
      return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
    }
  }
}
