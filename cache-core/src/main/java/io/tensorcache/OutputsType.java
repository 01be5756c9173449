package io.tensorcache;

import io.tensorcache.internal.call.NamedTensors;
import io.tensorcache.internal.scope.TupleType;
import io.tensorcache.tensor.TensorAdapter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Several tensors by name, as an entry of a scope. */
final class OutputsType<T> extends TupleType<T, Outputs<T>> {
  private final Class<T> tensorType;

  OutputsType(TensorAdapter<T> adapter) {
    super(adapter);
    this.tensorType = adapter.type();
  }

  @Override
  public String description() {
    return "outputs";
  }

  @Override
  @SuppressWarnings("unchecked") // each tensor is looked at
  public @Nullable Outputs<T> accept(Object held) {
    return held instanceof Outputs<?> outputs
            && outputs.tensors().values().stream().allMatch(tensorType::isInstance)
        ? (Outputs<T>) outputs
        : null;
  }

  @Override
  protected Map<String, T> tensors(Outputs<T> value) {
    return value.tensors();
  }

  @Override
  protected Outputs<T> of(List<String> names, List<T> tensors) {
    return new Outputs<>(NamedTensors.of(names, tensors));
  }
}
