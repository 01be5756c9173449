package io.tensorcache.internal.transfer;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object by type; what is missing or of another type is refused by name. */
final class JsonObject {
  private final String name;
  private final Map<?, ?> members;

  JsonObject(String name, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("\"" + name + "\" is no object");
    }
    this.name = name;
    this.members = map;
  }

  private <V> V get(String member, Class<V> type) {
    Object value = members.get(member);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" has "
              + member
              + " "
              + value
              + " where "
              + type.getSimpleName()
              + " belongs");
    }
    return type.cast(value);
  }

  String text(String member) {
    return get(member, String.class);
  }

  /** At least 0. */
  long count(String member) {
    long value = get(member, Long.class);
    if (value < 0) {
      throw new IllegalArgumentException("\"" + name + "\" has " + member + " " + value);
    }
    return value;
  }

  TensorKey key(String member) {
    return TensorKey.parse(text(member));
  }

  DType dtype(String member) {
    return DType.valueOf(text(member).toUpperCase(Locale.ROOT));
  }

  /** Numbers of at least 0. */
  List<Long> longs(String member) {
    List<Long> values = new ArrayList<>();
    for (Object item : get(member, List.class)) {
      if (!(item instanceof Long value) || value < 0) {
        throw new IllegalArgumentException("\"" + name + "\" has " + member + " with " + item);
      }
      values.add(value);
    }
    return values;
  }

  List<JsonObject> objects(String member) {
    List<JsonObject> values = new ArrayList<>();
    for (Object item : get(member, List.class)) {
      values.add(new JsonObject(member, item));
    }
    return values;
  }
}
