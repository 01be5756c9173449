package io.tensorcache.internal.call;

import org.jspecify.annotations.Nullable;

/** What a user wrapped, as an operation on tensors by name. */
public interface NamedOperation<T> {
  /** Calls it; null if it returned nothing. */
  @Nullable NamedTensors<T> apply(NamedTensors<T> inputs) throws Exception;

  /** The object that was wrapped, whose class names its code. */
  Object code();
}
