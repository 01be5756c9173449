package io.tensorcache.internal.scope;

import io.tensorcache.tensor.TensorAdapter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of values that the entries of a scope can hold. Safe for use by several threads.
 *
 * @param <T> the engine's tensor type
 */
public final class ValueTypes<T> {
  private final TensorAdapter<T> adapter;
  private final TensorType<T> tensor;
  private final ListType<T> tuple;
  private final ValueType<?> named;
  private final Map<Class<?>, RecordType<T, ?>> records = new ConcurrentHashMap<>();

  /**
   * @param named several tensors by name, as the program sees them
   */
  public ValueTypes(TensorAdapter<T> adapter, ValueType<?> named) {
    this.adapter = adapter;
    this.tensor = new TensorType<>(adapter);
    this.tuple = new ListType<>(adapter);
    this.named = named;
  }

  public TensorAdapter<T> adapter() {
    return adapter;
  }

  public TensorType<T> tensor() {
    return tensor;
  }

  public ListType<T> tuple() {
    return tuple;
  }

  /**
   * A record of tensors and scalars.
   *
   * @throws IllegalArgumentException if the type is not a record of these
   */
  @SuppressWarnings("unchecked") // the key is the type of the value
  public <R extends Record> RecordType<T, R> record(Class<R> type) {
    return (RecordType<T, R>) records.computeIfAbsent(type, key -> new RecordType<>(adapter, type));
  }

  /** The kind of a value that is held by reference; null if it is of none. */
  @Nullable ValueType<?> of(Object held) {
    if (adapter.type().isInstance(held)) {
      return tensor;
    } else if (held instanceof List<?>) {
      return tuple;
    } else if (named.accept(held) != null) {
      return named;
    }
    return records.get(held.getClass());
  }
}
