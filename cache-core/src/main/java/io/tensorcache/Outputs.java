package io.tensorcache;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What an operation returns: tensors by name, in order. Immutable.
 *
 * @param <T> the engine's tensor type
 */
public final class Outputs<T> {
  private final Map<String, T> tensors;

  private Outputs(Map<String, T> tensors) {
    this.tensors = tensors;
  }

  /** Tensors named by their positions: "0", "1", ... */
  @SafeVarargs
  public static <T> Outputs<T> of(T... tensors) {
    Map<String, T> named = new LinkedHashMap<>();
    for (T tensor : tensors) {
      named.put(Integer.toString(named.size()), tensor);
    }
    return new Outputs<>(named);
  }

  /** No tensor yet: add them by {@link #and}. */
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
   * These outputs and one more.
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

  /** The tensor of this name. */
  public T tensor(String name) {
    T tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no output \"" + name + "\"; there are " + tensors.keySet());
    }
    return tensor;
  }

  /** The tensor at this position, counted from 0. */
  public T tensor(int position) {
    return List.copyOf(tensors.values()).get(position);
  }

  /** The tensors in order. */
  public Map<String, T> tensors() {
    return Collections.unmodifiableMap(tensors);
  }
}
