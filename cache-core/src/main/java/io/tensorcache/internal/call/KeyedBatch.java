package io.tensorcache.internal.call;

import io.tensorcache.internal.rows.Group;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one call and what they are called. Confined to one thread.
 *
 * @param function that is called
 * @param look at its source, at the begin of the call
 * @param group of its rows
 * @param batch its inputs
 * @param keys of its rows
 */
record KeyedBatch<T>(
    WrappedFunction<T> function,
    SourceWatch.Look look,
    Group group,
    InputBatch<T> batch,
    BatchKeys keys) {

  NamedTensors<T> inputs() {
    return batch.inputs();
  }

  List<TensorView> views() {
    return batch.views();
  }

  int rows() {
    return batch.rows();
  }

  TensorKey key(int row) {
    return keys.key(row);
  }

  /** A place for what the call returns; {@code device} fills rows of it, or is null. */
  ResultBatch<T> newResult(@Nullable DeviceCall device) {
    return ResultBatch.of(function, batch, device);
  }

  /** True if the source is what it was at the begin of the call. */
  boolean isStill() {
    return function.watch().isStill(look);
  }
}
