package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.TensorAdapter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A single tensor.
 *
 * @param <T> the engine's tensor type
 */
public final class TensorType<T> extends ValueType<T> {
  private final TensorAdapter<T> adapter;
  private final Class<T> type;

  public TensorType(TensorAdapter<T> adapter) {
    this.adapter = adapter;
    this.type = adapter.type();
  }

  @Override
  public String description() {
    return "a tensor";
  }

  @Override
  public @Nullable T accept(Object held) {
    return type.isInstance(held) ? type.cast(held) : null;
  }

  @Override
  public List<Part> parts(T value) {
    return List.of(new Part("", adapter.view(value)));
  }

  @Override
  public void checkCopy(T value) {
    adapter.checkOutput(value);
  }

  @Override
  public boolean isUsable(T value) {
    return adapter.isUsable(value);
  }

  @Override
  public T movedTo(T value, String device) {
    return adapter.moveTo(value, device);
  }

  @Override
  public boolean matches(RowSchema schema) {
    return schema.parts().size() == 1 && schema.parts().get(0).name().isEmpty();
  }

  @Override
  public Slot newSlot(RowSchema.Part part) {
    return tensorSlot(adapter, part.spec());
  }

  @Override
  public T build(RowSchema schema, List<Object> slotValues) {
    return tensor(adapter, slotValues.get(0));
  }
}
