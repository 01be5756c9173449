package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several tensors by name. What a program sees of them is up to the subclass.
 *
 * @param <T> the engine's tensor type
 * @param <V> the values
 */
public abstract class TupleType<T, V> extends ValueType<V> {
  private final TensorAdapter<T> adapter;

  protected TupleType(TensorAdapter<T> adapter) {
    this.adapter = adapter;
  }

  /** The tensors by name, in order. */
  protected abstract Map<String, T> tensors(V value);

  /** The value of these tensors, in order. */
  protected abstract V of(List<String> names, List<T> tensors);

  @Override
  public List<Part> parts(V value) {
    Map<String, T> tensors = tensors(value);
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException(
          description() + " without a tensor; it needs at least one");
    }
    List<Part> parts = new ArrayList<>(tensors.size());
    for (Map.Entry<String, T> tensor : tensors.entrySet()) {
      parts.add(new Part(tensor.getKey(), view(tensor.getKey(), tensor.getValue())));
    }
    return parts;
  }

  private TensorView view(String name, @Nullable Object tensor) {
    if (!adapter.type().isInstance(tensor)) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is "
              + (tensor == null ? "null" : "a " + tensor.getClass().getName())
              + "; it must be a "
              + adapter.type().getName());
    }
    return adapter.view(adapter.type().cast(tensor));
  }

  @Override
  public void checkCopy(V value) {
    tensors(value).values().forEach(adapter::checkOutput);
  }

  @Override
  public boolean isUsable(V value) {
    return tensors(value).values().stream().allMatch(adapter::isUsable);
  }

  @Override
  public V movedTo(V value, String device) {
    List<T> before = List.copyOf(tensors(value).values());
    List<T> after = before.stream().map(tensor -> adapter.moveTo(tensor, device)).toList();
    return before.equals(after) ? value : of(List.copyOf(tensors(value).keySet()), after);
  }

  @Override
  public boolean matches(RowSchema schema) {
    return schema.parts().stream()
        .noneMatch(part -> part.name().isEmpty() || RecordType.isComponent(part.name()));
  }

  @Override
  public Slot newSlot(RowSchema.Part part) {
    return tensorSlot(adapter, part.spec());
  }

  @Override
  public V build(RowSchema schema, List<Object> slotValues) {
    return of(
        schema.parts().stream().map(RowSchema.Part::name).toList(),
        slotValues.stream().map(value -> tensor(adapter, value)).toList());
  }
}
