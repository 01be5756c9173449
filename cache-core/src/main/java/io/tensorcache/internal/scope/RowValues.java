package io.tensorcache.internal.scope;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.RowCopy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Values as rows and back. */
public final class RowValues {
  /** Rows are kept in Java arrays. */
  private static final long LONGEST_PART = Integer.MAX_VALUE - 4096;

  private RowValues() {}

  /** A copy of these parts; null if one is too long to be kept. */
  public static @Nullable Row copy(List<ValueType.Part> parts, int group) {
    List<RowSchema.Part> schema = new ArrayList<>(parts.size());
    for (ValueType.Part part : parts) {
      if (part.view().spec().byteCount() > LONGEST_PART) {
        return null;
      }
      schema.add(new RowSchema.Part(part.name(), part.view().spec(), part.view().spec().dtype()));
    }
    byte[][] payloads = new byte[parts.size()][];
    for (int i = 0; i < payloads.length; i++) {
      payloads[i] = new byte[(int) schema.get(i).spec().byteCount()];
      RowCopy.copy(parts.get(i).view().asSingleRow(), 0, payloads[i]);
    }
    return Row.of(new RowSchema(schema), group, payloads);
  }

  /** A fresh value with a copy of a row. */
  public static <V> V of(ValueType<V> type, Row row) {
    V value = read(type, row.schema(), row::copyIfExpected);
    if (value == null) {
      throw new AssertionError("a row expects its own schema");
    }
    return value;
  }

  /**
   * A fresh value, read from where it is stored.
   *
   * @param reader copies the row to a target; false if it is not there any more
   * @return null if it is not there any more
   * @throws CorruptEntryException if it makes no value
   */
  public static <V> @Nullable V read(
      ValueType<V> type, RowSchema schema, Predicate<RowTarget> reader) {
    List<Object> values = new ArrayList<>(schema.parts().size());
    V value = null;
    try {
      ByteBuffer[] buffers = new ByteBuffer[schema.parts().size()];
      for (int i = 0; i < buffers.length; i++) {
        ValueType.Slot slot = type.newSlot(schema.parts().get(i));
        values.add(slot.value());
        buffers[i] = slot.bytes();
      }
      if (reader.test(new RowTarget(schema, buffers))) {
        value = type.build(schema, values);
      }
    } finally {
      if (value == null) {
        values.forEach(type::release);
      }
    }
    return value;
  }
}
