package io.tensorcache.internal.call;

import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.RowPlaces;
import io.tensorcache.tensor.TensorAdapter;

/**
 * A function as one program wrapped it.
 *
 * @param functions it is one of
 * @param state what the cache knows of it
 * @param watch looks at the source of its fingerprint
 * @param adapter of its tensors
 * @param operation what is called
 */
public record WrappedFunction<T>(
    Functions functions,
    FunctionState state,
    SourceWatch watch,
    TensorAdapter<T> adapter,
    NamedOperation<T> operation) {

  FunctionSettings settings() {
    return state.settings();
  }

  public RowPlaces places() {
    return state.places();
  }

  StatsRecorder recorder() {
    return functions.recorder();
  }

  /** True if the cache stores functions of this level. */
  boolean isStored() {
    return settings().level().isStoredAt(functions.state().config().level());
  }

  /** The group of the rows of this look; it becomes the current one. */
  Group group(SourceWatch.Look look) {
    return state.group(functions.rows().groups(), look.fingerprint());
  }
}
