package io.tensorcache;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final Map<String, T> tensors;

  private Outputs(Map<String, T> tensors) {
    this.tensors = tensors;
  }

  /** Returns outputs of tensors that are named by their positions: "0", "1", ... */
  @SafeVarargs
  public static <T> Outputs<T> of(T... tensors) {
    Map<String, T> named = new LinkedHashMap<>();
    for (T tensor : tensors) {
      named.put(Integer.toString(named.size()), tensor);
    }
    return new Outputs<>(named);
  }

  /** Returns outputs without a tensor, to add some by {@link #and}. */
  public static <T> Outputs<T> none() {
    return new Outputs<>(Map.of());
  }

  static <T> Outputs<T> of(List<String> names, List<T> tensors) {
    Map<String, T> named = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), tensors.get(i));
    }
    return new Outputs<>(named);
  }

  /**
   * Returns these outputs and one more.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public Outputs<T> and(String name, T tensor) {
    Objects.requireNonNull(name, "the name of an output is null");
    if (tensors.containsKey(name)) {
      throw new IllegalArgumentException("output \"" + name + "\" is given twice");
    }
    Map<String, T> named = new LinkedHashMap<>(tensors);
    named.put(name, tensor);
    return new Outputs<>(named);
  }

  /** Returns the tensor of this name. */
  public T tensor(String name) {
    T tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no output \"" + name + "\"; there are " + tensors.keySet());
    }
    return tensor;
  }

  /** Returns the tensor at this position, counted from 0. */
  public T tensor(int position) {
    return List.copyOf(tensors.values()).get(position);
  }

  /** Returns the tensors by name, in order. */
  public Map<String, T> tensors() {
    return Collections.unmodifiableMap(tensors);
  }
}
