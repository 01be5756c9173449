package io.tensorcache.internal.scope;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of tensors and scalars. Its components become the parts of a row; nothing is serialised
 * by Java.
 *
 * @param <T> the engine's tensor type
 * @param <V> the record
 */
public final class RecordType<T, V> extends ValueType<V> {
  /** Between the names of record and component in a row: in no other name. */
  private static final char SEPARATOR = '\u001f';

  private final TensorAdapter<T> adapter;
  private final Class<V> type;
  private final List<Component> components;
  private final Constructor<V> constructor;

  /** A component; dtype is null for a tensor. */
  private record Component(
      String name, String partName, Class<?> type, @Nullable DType dtype, Method accessor) {

    /** What another version of the record stored may be a tensor of this dtype. */
    boolean isScalar(TensorSpec spec) {
      int rank = type == String.class || type.isEnum() ? 1 : 0;
      return spec.dtype() == dtype && spec.rank() == rank;
    }
  }

  /**
   * Looks at the type.
   *
   * @throws IllegalArgumentException if it is not a record, or a component is neither a tensor nor
   *     a scalar, by name
   */
  public RecordType(TensorAdapter<T> adapter, Class<V> type) {
    this.adapter = adapter;
    this.type = type;
    RecordComponent[] all = type.getRecordComponents();
    if (all == null || all.length == 0) {
      throw new IllegalArgumentException(
          type.getName()
              + " is not a record with components; an entry holds tensors, tuples of tensors, or"
              + " records of tensors and scalars");
    }
    this.components = Arrays.stream(all).map(this::component).toList();
    Class<?>[] types = components.stream().map(Component::type).toArray(Class<?>[]::new);
    try {
      this.constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
    } catch (NoSuchMethodException | InaccessibleObjectException e) {
      throw inaccessible(e);
    }
  }

  private Component component(RecordComponent component) {
    Class<?> of = component.getType();
    DType dtype = Scalar.dtype(of);
    if (dtype == null && of != adapter.type()) {
      throw new IllegalArgumentException(
          "component \""
              + component.getName()
              + "\" of "
              + type.getName()
              + " is a "
              + of.getName()
              + "; it must be "
              + Scalar.SUPPORTED
              + " ("
              + adapter.type().getName()
              + ")");
    }
    Method accessor = component.getAccessor();
    try {
      accessor.setAccessible(true);
    } catch (InaccessibleObjectException e) {
      throw inaccessible(e);
    }
    String partName = type.getSimpleName() + SEPARATOR + component.getName();
    return new Component(component.getName(), partName, of, dtype, accessor);
  }

  private IllegalArgumentException inaccessible(Exception e) {
    return new IllegalArgumentException(
        type.getName() + " cannot be reached: open its package to io.tensorcache.core", e);
  }

  /** True for the part names of records. */
  static boolean isComponent(String partName) {
    return partName.indexOf(SEPARATOR) >= 0;
  }

  /** A part name as it is shown to a person. */
  public static String shown(String partName) {
    return partName.replace(SEPARATOR, '.');
  }

  @Override
  public String description() {
    return "a record " + type.getSimpleName();
  }

  @Override
  public @Nullable V accept(Object held) {
    return type.isInstance(held) ? type.cast(held) : null;
  }

  private Object get(V value, Component component) {
    Object part;
    try {
      part = component.accessor.invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "component \"" + component.name + "\" of " + type.getName() + " cannot be read", e);
    }
    if (part == null) {
      throw new IllegalArgumentException(
          "component \"" + component.name + "\" of " + type.getName() + " is null");
    }
    return part;
  }

  private List<T> tensors(V value) {
    List<T> tensors = new ArrayList<>();
    for (Component component : components) {
      if (component.dtype == null) {
        tensors.add(adapter.type().cast(get(value, component)));
      }
    }
    return tensors;
  }

  @Override
  public List<Part> parts(V value) {
    List<Part> parts = new ArrayList<>(components.size());
    for (Component component : components) {
      Object part = get(value, component);
      parts.add(
          new Part(
              component.partName,
              component.dtype == null
                  ? adapter.view(adapter.type().cast(part))
                  : Scalar.view(component.type, component.dtype, part)));
    }
    return parts;
  }

  @Override
  public void checkCopy(V value) {
    tensors(value).forEach(adapter::checkOutput);
  }

  @Override
  public boolean isUsable(V value) {
    return tensors(value).stream().allMatch(adapter::isUsable);
  }

  @Override
  public V movedTo(V value, String device) {
    Object[] after = new Object[components.size()];
    boolean isSame = true;
    for (int i = 0; i < after.length; i++) {
      Object before = get(value, components.get(i));
      after[i] =
          components.get(i).dtype == null
              ? adapter.moveTo(adapter.type().cast(before), device)
              : before;
      isSame &= after[i] == before;
    }
    return isSame ? value : newRecord(after);
  }

  @Override
  public boolean matches(RowSchema schema) {
    if (schema.parts().size() != components.size()) {
      return false;
    }
    for (int i = 0; i < components.size(); i++) {
      RowSchema.Part part = schema.parts().get(i);
      Component component = components.get(i);
      if (!part.name().equals(component.partName)
          || component.dtype != null && !component.isScalar(part.spec())) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Slot newSlot(RowSchema.Part part) {
    boolean isTensor =
        components.stream().anyMatch(c -> c.dtype == null && c.partName.equals(part.name()));
    return isTensor ? tensorSlot(adapter, part.spec()) : scalarSlot(part.spec());
  }

  @Override
  public V build(RowSchema schema, List<Object> slotValues) {
    Object[] values = new Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      Component component = components.get(i);
      Object value = slotValues.get(i);
      values[i] =
          component.dtype == null
              ? tensor(adapter, value)
              : Scalar.read(component.type, (ByteBuffer) value);
    }
    return newRecord(values);
  }

  private V newRecord(Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new CorruptEntryException(
          type.getName() + " refuses the values it was stored with: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " cannot be made", e);
    }
  }
}
