package io.tensorcache.internal.key;

import io.tensorcache.internal.codec.CanonicalText;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The canonical bytes of what is mixed into every key beside the data: each value with a tag and,
 * where needed, its length, so that no two different domains have the same bytes. Integers of any
 * width encode alike, floats and doubles too.
 */
public final class DomainEncoder {
  private static final String SUPPORTED =
      "null, boolean, number, char, string, enum, or a list, array or map with string keys of"
          + " these";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** Begins with no bytes. */
  public DomainEncoder() {}

  /** Refuses what has no canonical encoding, naming the argument. */
  public static void check(String name, @Nullable Object value) {
    try {
      new DomainEncoder().put(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("argument \"" + name + "\": " + e.getMessage(), e);
    }
  }

  public DomainEncoder put(@Nullable Object value) {
    try {
      write(value);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory only: cannot happen
    }
  }

  public byte[] toBytes() {
    return bytes.toByteArray();
  }

  private void write(@Nullable Object value) throws IOException {
    if (value == null) {
      out.writeByte('0');
    } else if (value instanceof Boolean flag) {
      out.writeByte('z');
      out.writeBoolean(flag);
    } else if (value instanceof Number number) {
      writeNumber(number);
    } else if (value instanceof CharSequence || value instanceof Character) {
      writeText('s', value.toString());
    } else if (value instanceof Enum<?> constant) {
      writeText('e', constant.getDeclaringClass().getName());
      writeText('s', constant.name());
    } else if (value instanceof byte[] raw) {
      writeBytes('b', raw);
    } else if (value.getClass().isArray()) {
      writeArray(value);
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map);
    } else if (value instanceof Collection<?> list && !(value instanceof Set<?>)) {
      writeHeader('l', list.size());
      for (Object item : list) {
        write(item);
      }
    } else {
      throw new IllegalArgumentException(
          value.getClass().getName() + " has no canonical encoding; use " + SUPPORTED);
    }
  }

  private void writeNumber(Number number) throws IOException {
    if (number instanceof Byte
        || number instanceof Short
        || number instanceof Integer
        || number instanceof Long) {
      out.writeByte('i');
      out.writeLong(number.longValue());
    } else if (number instanceof Float || number instanceof Double) {
      out.writeByte('d');
      out.writeLong(Double.doubleToRawLongBits(number.doubleValue()));
    } else if (number instanceof BigInteger || number instanceof BigDecimal) {
      writeText('n', number.toString());
    } else {
      throw new IllegalArgumentException(
          number.getClass().getName() + " has no canonical encoding; use " + SUPPORTED);
    }
  }

  private void writeArray(Object array) throws IOException {
    int length = Array.getLength(array);
    writeHeader('l', length);
    for (int i = 0; i < length; i++) {
      write(Array.get(array, i));
    }
  }

  private void writeMap(Map<?, ?> map) throws IOException {
    writeHeader('m', map.size());
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof String name)) {
        throw new IllegalArgumentException("a map key of " + entry.getKey() + " is not a string");
      }
      writeText('s', name);
      write(entry.getValue());
    }
  }

  private void writeText(char tag, String text) throws IOException {
    writeBytes(tag, CanonicalText.bytesOf(text));
  }

  private void writeBytes(char tag, byte[] raw) throws IOException {
    writeHeader(tag, raw.length);
    out.write(raw);
  }

  private void writeHeader(char tag, int length) throws IOException {
    out.writeByte(tag);
    out.writeInt(length);
  }
}
