package io.tensorcache.benchmarks.gpu;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.tensor.TensorAdapter;

/**
 * A PyTorch that computes a frozen backbone, {@code float32[n, 1, 32, 32]} to {@code float32[n,
 * 512]}, of six convolutions with ReLU and pooling. What it returns is the caller's, to be released
 * through the adapter. Confined to one thread.
 *
 * @param <T> its tensor type
 */
interface FrozenTorch<T> extends AutoCloseable {
  /** Values a row of features. */
  int FEATURES = 512;

  /** For people: which PyTorch, and on what. */
  String description();

  /** False in host memory. */
  boolean isCuda();

  TensorAdapter<T> tensors();

  /** {@code [rows, 1, 32, 32]}. */
  T randomImages(long rows);

  /** Features of undefined content. */
  T emptyFeatures(long rows);

  /** A view of some rows: no copy. */
  T rows(T table, long from, long count);

  void copy(T to, T from);

  /** The backbone, on the whole batch at once. */
  T features(T images);

  /** The backbone, cached. */
  CachedFunction<T> cached(TensorCache cache);

  /** Adds the features up: nothing but features. */
  FeatureUse<T> summing();

  /** Trains a new linear head on them, whose first weights are always the same. */
  FeatureUse<T> training();

  @Override
  void close();
}
