package io.tensorcache;

/**
 * An expensive computation from several tensors and arguments to one or several tensors. It runs on
 * the threads of those who call the cached function, at the same time if they do.
 * <!-- region: operation, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> sums =
 *     cache
 *         .function("sums", Fingerprint.version("1"), HostTensor.adapter())
 *         .wrapOperation(
 *             inputs -> {
 *               double bias = (double) inputs.argument("bias");
 *               HostTensor sum = plus(inputs.tensor("left"), inputs.tensor("right"), bias);
 *               return Outputs.of(sum).and("square", slowSquares(sum));
 *             });
 * Inputs<HostTensor> inputs =
 *     Inputs.<HostTensor>none().and("left", left).and("right", right).with("bias", 0.5);
 * Outputs<HostTensor> outputs = sums.apply(inputs);
 * HostTensor sum = outputs.tensor(0); // by position, and so is its name: "0"
 * HostTensor square = outputs.tensor("square");
 * }</pre>
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
