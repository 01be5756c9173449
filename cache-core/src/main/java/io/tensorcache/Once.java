package io.tensorcache;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A builder's option that can be set once. */
final class Once<V> {
  private final String name;
  private @Nullable V value;

  Once(String name) {
    this.name = name;
  }

  void set(V newValue) {
    Objects.requireNonNull(newValue, () -> name + " is null: leave it out to keep the default");
    if (value != null) {
      throw new IllegalStateException(name + " is set twice: " + value + " and " + newValue);
    }
    value = newValue;
  }

  V or(V fallback) {
    return value == null ? fallback : value;
  }

  @Nullable V orNull() {
    return value;
  }
}
