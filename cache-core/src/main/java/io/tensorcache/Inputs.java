package io.tensorcache;

import io.tensorcache.internal.call.NamedTensors;
import io.tensorcache.internal.key.DomainEncoder;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an operation is called with: tensors by name, and arguments by name. Both are part of the
 * key, with their names and in their order. Immutable; does not own the tensors.
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
public final class Inputs<T> {
  private final NamedTensors<T> named;

  Inputs(NamedTensors<T> named) {
    this.named = named;
  }

  /** Returns inputs of tensors that are named by their positions: "0", "1", ... */
  @SafeVarargs
  public static <T> Inputs<T> of(T... tensors) {
    NamedTensors<T> named = NamedTensors.none();
    for (T tensor : tensors) {
      named = named.withTensor(Integer.toString(named.tensors().size()), tensor);
    }
    return new Inputs<>(named);
  }

  /** Returns inputs without a tensor, to add some by {@link #and}. */
  public static <T> Inputs<T> none() {
    return new Inputs<>(NamedTensors.none());
  }

  /**
   * Returns these inputs and one more tensor.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public Inputs<T> and(String name, T tensor) {
    Objects.requireNonNull(name, "the name of an input is null");
    refuseTwice(named.tensors(), name, tensor);
    return new Inputs<>(named.withTensor(name, tensor));
  }

  /**
   * Returns these inputs and one more argument: null, a boolean, a number, a string, an enum
   * constant, or a list, array or string-keyed map of these.
   *
   * @throws IllegalArgumentException if the name is taken or the value is of another type
   */
  public Inputs<T> with(String name, @Nullable Object value) {
    Objects.requireNonNull(name, "the name of an argument is null");
    DomainEncoder.check(name, value);
    refuseTwice(named.arguments(), name, value);
    return new Inputs<>(named.withArgument(name, value));
  }

  private static void refuseTwice(
      Map<String, ? extends @Nullable Object> map, String name, @Nullable Object value) {
    if (map.containsKey(name)) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is given twice: " + map.get(name) + " and " + value);
    }
  }

  /** Returns the tensor of this name. */
  public T tensor(String name) {
    T tensor = named.tensors().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no tensor \"" + name + "\"; there are " + named.tensors().keySet());
    }
    return tensor;
  }

  /** Returns the tensor at this position, counted from 0. */
  public T tensor(int position) {
    return named.tensorList().get(position);
  }

  /** Returns the argument of this name. */
  public @Nullable Object argument(String name) {
    Map<String, @Nullable Object> arguments = named.arguments();
    if (!arguments.containsKey(name)) {
      throw new IllegalArgumentException(
          "no argument \"" + name + "\"; there are " + arguments.keySet());
    }
    return arguments.get(name);
  }

  /** Returns the tensors by name, in order. */
  public Map<String, T> tensors() {
    return named.tensors();
  }

  /** Returns the arguments by name, in order. */
  public Map<String, @Nullable Object> arguments() {
    return named.arguments();
  }

  /** Returns these inputs as the engine knows them. */
  NamedTensors<T> named() {
    return named;
  }
}
