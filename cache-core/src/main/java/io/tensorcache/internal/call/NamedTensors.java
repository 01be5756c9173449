package io.tensorcache.internal.call;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name, and arguments by name, both in order: what a function gets and what it returns.
 * Immutable; does not own the tensors.
 *
 * @param <T> the engine's tensor type
 */
public final class NamedTensors<T> {
  private final Map<String, T> tensors;
  private final Map<String, @Nullable Object> arguments;

  private NamedTensors(Map<String, T> tensors, Map<String, @Nullable Object> arguments) {
    this.tensors = tensors;
    this.arguments = arguments;
  }

  /** No tensor and no argument. */
  public static <T> NamedTensors<T> none() {
    return new NamedTensors<>(Map.of(), Map.of());
  }

  /** One tensor, named "0". */
  public static <T> NamedTensors<T> of(T tensor) {
    return NamedTensors.<T>none().withTensor("0", tensor);
  }

  /** As many tensors as names. */
  public static <T> NamedTensors<T> of(List<String> names, List<T> tensors) {
    if (names.size() == 1) {
      return NamedTensors.<T>none().withTensor(names.get(0), tensors.get(0));
    }
    Map<String, T> named = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), tensors.get(i));
    }
    return new NamedTensors<>(named, Map.of());
  }

  /** These and one more tensor; in place of the one of this name, if there is one. */
  public NamedTensors<T> withTensor(String name, T tensor) {
    return new NamedTensors<>(plus(tensors, name, tensor), arguments);
  }

  /** These and one more argument; in place of the one of this name, if there is one. */
  public NamedTensors<T> withArgument(String name, @Nullable Object value) {
    return new NamedTensors<>(tensors, plus(arguments, name, value));
  }

  private static <V extends @Nullable Object> Map<String, V> plus(
      Map<String, V> map, String name, V value) {
    if (map.isEmpty()) {
      return Collections.singletonMap(name, value); // nearly every call
    }
    Map<String, V> result = new LinkedHashMap<>(map);
    result.put(name, value);
    return result;
  }

  /** Other tensors under these names, in this order, with these arguments. */
  NamedTensors<T> withTensors(List<T> others) {
    Map<String, T> named = new LinkedHashMap<>();
    int i = 0;
    for (String name : tensors.keySet()) {
      named.put(name, others.get(i++));
    }
    return new NamedTensors<>(named, arguments);
  }

  /** The tensors in order. */
  public Map<String, T> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The arguments in order. */
  public Map<String, @Nullable Object> arguments() {
    return Collections.unmodifiableMap(arguments);
  }

  /** The tensors without their names. */
  public List<T> tensorList() {
    return new ArrayList<>(tensors.values());
  }

  /** The first of the tensors. */
  public T first() {
    return tensors.values().iterator().next();
  }
}
