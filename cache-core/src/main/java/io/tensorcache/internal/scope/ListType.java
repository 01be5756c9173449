package io.tensorcache.internal.scope;

import io.tensorcache.tensor.TensorAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of tensors, named by their positions.
 *
 * @param <T> the engine's tensor type
 */
public final class ListType<T> extends TupleType<T, List<T>> {
  private final Class<T> tensorType;

  public ListType(TensorAdapter<T> adapter) {
    super(adapter);
    this.tensorType = adapter.type();
  }

  @Override
  public String description() {
    return "a tuple";
  }

  @Override
  @SuppressWarnings("unchecked") // each element is looked at
  public @Nullable List<T> accept(Object held) {
    return held instanceof List<?> list && list.stream().allMatch(tensorType::isInstance)
        ? (List<T>) list
        : null;
  }

  @Override
  protected Map<String, T> tensors(List<T> value) {
    Map<String, T> tensors = new LinkedHashMap<>();
    for (T tensor : value) {
      tensors.put(Integer.toString(tensors.size()), tensor);
    }
    return tensors;
  }

  @Override
  protected List<T> of(List<String> names, List<T> tensors) {
    return List.copyOf(tensors);
  }
}
