package io.tensorcache.internal.scope;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.TensorDraft;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of value that an entry can hold: how it is told from others, taken apart into the parts of
 * a row, and put together again. Safe for use by several threads.
 *
 * @param <V> the values
 */
public abstract class ValueType<V> {
  /** One tensor or scalar of a value. The view is valid while the value is. */
  public record Part(String name, TensorView view) {}

  /**
   * Where a part is read to.
   *
   * @param value what {@link #build} gets: a {@link TensorDraft}, or the bytes of a scalar
   */
  public record Slot(Object value, ByteBuffer bytes) {}

  /** For messages: "a tensor". */
  public abstract String description();

  /** What an entry holds by reference as a value of this kind; null if it is of another. */
  public abstract @Nullable V accept(Object held);

  /**
   * Its parts, in order. Copies nothing.
   *
   * @throws IllegalArgumentException if something of it cannot be kept, naming it
   */
  public abstract List<Part> parts(V value);

  /**
   * Refuses a value of which no copy must be made.
   *
   * @throws IllegalArgumentException with the reason and what to do
   */
  public abstract void checkCopy(V value);

  /** False if something of it was closed. */
  public abstract boolean isUsable(V value);

  /** The value on another device; the same object if it is there. */
  public abstract V movedTo(V value, String device);

  /** True if a row of this schema holds a value of this kind. */
  public abstract boolean matches(RowSchema schema);

  /** A fresh place for one part of a row. */
  public abstract Slot newSlot(RowSchema.Part part);

  /** Frees what {@link #newSlot} made and nobody got. */
  public void release(Object slotValue) {
    if (slotValue instanceof TensorDraft<?> draft) {
      draft.discard();
    }
  }

  /**
   * The value of these parts, in the order of the schema.
   *
   * @throws CorruptEntryException if they make no value
   */
  public abstract V build(RowSchema schema, List<Object> slotValues);

  static <T> Slot tensorSlot(TensorAdapter<T> adapter, TensorSpec spec) {
    TensorDraft<T> draft = TensorDraft.of(adapter, spec);
    HostMemory memory = (HostMemory) draft.view().memory();
    return new Slot(draft, memory.slice(0, (int) spec.byteCount()));
  }

  /** The tensor that was read to a slot. */
  static <T> T tensor(TensorAdapter<T> adapter, Object slotValue) {
    return adapter.type().cast(((TensorDraft<?>) slotValue).finish());
  }

  static Slot scalarSlot(TensorSpec spec) {
    ByteBuffer bytes = ByteBuffer.allocate((int) spec.byteCount());
    return new Slot(bytes, bytes);
  }
}
