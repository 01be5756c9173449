package io.tensorcache;

/**
 * An expensive computation from one tensor to one tensor.
 *
 * @param <T> the engine's tensor type
 */
@FunctionalInterface
public interface TensorFunction<T> {
  /**
   * Computes the output. Row i of the output must depend on row i of the input only, unless the
   * function is wrapped with {@code Granularity.WHOLE}. The result stays the function's: the cache
   * copies it and never frees it.
   */
  T apply(T input) throws Exception;
}
