package io.tensorcache.internal.scope;

import io.tensorcache.tensor.TensorAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Several tensors by name, as a map. */
final class MapType<T> extends TupleType<T, Map<String, T>> {
  MapType(TensorAdapter<T> adapter) {
    super(adapter);
  }

  @Override
  public String description() {
    return "a map";
  }

  @Override
  @SuppressWarnings("unchecked") // tests put no other maps
  public @Nullable Map<String, T> accept(Object held) {
    return held instanceof Map<?, ?> map ? (Map<String, T>) map : null;
  }

  @Override
  protected Map<String, T> tensors(Map<String, T> value) {
    return value;
  }

  @Override
  protected Map<String, T> of(List<String> names, List<T> tensors) {
    Map<String, T> map = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      map.put(names.get(i), tensors.get(i));
    }
    return map;
  }
}
