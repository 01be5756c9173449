package io.tensorcache;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final Map<String, T> tensors;
  private final Map<String, @Nullable Object> arguments;

  private Inputs(Map<String, T> tensors, Map<String, @Nullable Object> arguments) {
    this.tensors = tensors;
    this.arguments = arguments;
  }

  /** Returns inputs of tensors that are named by their positions: "0", "1", ... */
  @SafeVarargs
  public static <T> Inputs<T> of(T... tensors) {
    Map<String, T> named = new LinkedHashMap<>();
    for (T tensor : tensors) {
      named.put(Integer.toString(named.size()), tensor);
    }
    return new Inputs<>(named, Map.of());
  }

  /** Returns inputs without a tensor, to add some by {@link #and}. */
  public static <T> Inputs<T> none() {
    return new Inputs<>(Map.of(), Map.of());
  }

  /**
   * Returns these inputs and one more tensor.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public Inputs<T> and(String name, T tensor) {
    Objects.requireNonNull(name, "the name of an input is null");
    return new Inputs<>(plus(tensors, name, tensor), arguments);
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
    return new Inputs<>(tensors, plus(arguments, name, value));
  }

  private static <V extends @Nullable Object> Map<String, V> plus(
      Map<String, V> map, String name, V value) {
    if (map.containsKey(name)) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is given twice: " + map.get(name) + " and " + value);
    }
    Map<String, V> result = new LinkedHashMap<>(map);
    result.put(name, value);
    return result;
  }

  /** Returns other tensors under these names, in the same order, with these arguments. */
  Inputs<T> withTensors(List<T> others) {
    Map<String, T> named = new LinkedHashMap<>();
    int i = 0;
    for (String name : tensors.keySet()) {
      named.put(name, others.get(i++));
    }
    return new Inputs<>(named, arguments);
  }

  /** Returns the tensor of this name. */
  public T tensor(String name) {
    T tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no tensor \"" + name + "\"; there are " + tensors.keySet());
    }
    return tensor;
  }

  /** Returns the tensor at this position, counted from 0. */
  public T tensor(int position) {
    return tensorList().get(position);
  }

  /** Returns the argument of this name. */
  public @Nullable Object argument(String name) {
    if (!arguments.containsKey(name)) {
      throw new IllegalArgumentException(
          "no argument \"" + name + "\"; there are " + arguments.keySet());
    }
    return arguments.get(name);
  }

  /** Returns the tensors by name, in order. */
  public Map<String, T> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Returns the arguments by name, in order. */
  public Map<String, @Nullable Object> arguments() {
    return Collections.unmodifiableMap(arguments);
  }

  List<T> tensorList() {
    return new ArrayList<>(tensors.values());
  }
}
