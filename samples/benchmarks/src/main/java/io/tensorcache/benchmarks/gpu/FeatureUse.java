package io.tensorcache.benchmarks.gpu;

/**
 * What an epoch does with its features. Confined to one thread.
 *
 * @param <T> the engine's tensor type
 */
interface FeatureUse<T> extends AutoCloseable {
  /** Uses the features of a batch, in the current stream; the caller keeps them. */
  void take(T features);

  /** A number that every feature has a part in, after everything that is in the stream. */
  double result();

  @Override
  void close();
}
