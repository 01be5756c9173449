package io.tensorcache;

/**
 * An expensive computation from several tensors and arguments to one or several tensors.
 *
 * @param <T> the engine's tensor type
 */
@FunctionalInterface
public interface TensorOperation<T> {
  /**
   * Computes the outputs. Row i of each output must depend on row i of the inputs and on the
   * arguments only, unless the operation is wrapped with {@code Granularity.WHOLE}. The results
   * stay the operation's: the cache copies them and never frees them.
   */
  Outputs<T> apply(Inputs<T> inputs) throws Exception;
}
