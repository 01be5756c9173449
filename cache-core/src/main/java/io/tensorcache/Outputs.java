package io.tensorcache;

import io.tensorcache.internal.call.NamedTensors;
import java.util.Map;
import java.util.Objects;

/**
 * What an operation returns: tensors by name, in order. Immutable.
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
public final class Outputs<T> {
  private final NamedTensors<T> named;

  Outputs(NamedTensors<T> named) {
    this.named = named;
  }

  /** Returns outputs of tensors that are named by their positions: "0", "1", ... */
  @SafeVarargs
  public static <T> Outputs<T> of(T... tensors) {
    NamedTensors<T> named = NamedTensors.none();
    for (T tensor : tensors) {
      named = named.withTensor(Integer.toString(named.tensors().size()), tensor);
    }
    return new Outputs<>(named);
  }

  /** Returns outputs without a tensor, to add some by {@link #and}. */
  public static <T> Outputs<T> none() {
    return new Outputs<>(NamedTensors.none());
  }

  /**
   * Returns these outputs and one more.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public Outputs<T> and(String name, T tensor) {
    Objects.requireNonNull(name, "the name of an output is null");
    if (named.tensors().containsKey(name)) {
      throw new IllegalArgumentException("output \"" + name + "\" is given twice");
    }
    return new Outputs<>(named.withTensor(name, tensor));
  }

  /** Returns the tensor of this name. */
  public T tensor(String name) {
    T tensor = named.tensors().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no output \"" + name + "\"; there are " + named.tensors().keySet());
    }
    return tensor;
  }

  /** Returns the tensor at this position, counted from 0. */
  public T tensor(int position) {
    return named.tensorList().get(position);
  }

  /** Returns the tensors by name, in order. */
  public Map<String, T> tensors() {
    return named.tensors();
  }

  /** Returns these outputs as the engine knows them. */
  NamedTensors<T> named() {
    return named;
  }
}
