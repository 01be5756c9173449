package io.tensorcache;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A builder's option that can be set once. */
final class Once<V> {
  private static final Duration CENTURY = Duration.ofDays(36_525);

  private final String name;
  private @Nullable V value;

  Once(String name) {
    this.name = name;
  }

  /** A time that may be as long as Java can say: what is longer counts as a hundred years. */
  static Duration atMostACentury(String option, Duration time) {
    Objects.requireNonNull(time, () -> option + " is null: leave it out to keep the default");
    return time.compareTo(CENTURY) > 0 ? CENTURY : time;
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
