package io.tensorcache;

/**
 * An expensive computation from one tensor to one tensor. It runs on the threads of those who call
 * the cached function, at the same time if they do.
 * <!-- region: tensor-function, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorFunction<HostTensor> slow = x -> slowSquares(x); // row i of x gives row i of the result
 * CachedFunction<HostTensor> squares =
 *     cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter(), slow);
 * }</pre>
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
