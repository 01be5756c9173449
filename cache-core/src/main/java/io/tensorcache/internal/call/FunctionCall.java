package io.tensorcache.internal.call;

import io.tensorcache.internal.rows.FunctionDepth;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls the user's function for one call of its cached form. Confined to one thread. */
final class FunctionCall<T> {
  private final WrappedFunction<T> function;
  private @Nullable Throwable thrown;
  private long lastNanos;

  FunctionCall(WrappedFunction<T> function) {
    this.function = function;
  }

  /** The outputs for some rows, checked; to be closed. */
  ComputedBatch<T> compute(NamedTensors<T> actual, int rows) {
    return call(actual, rows, false).batch();
  }

  /**
   * The outputs for some rows, to compare with what is known: counted as a check and not as
   * computed.
   */
  ComputedBatch<T> computeAgain(NamedTensors<T> actual, int rows) {
    return call(actual, rows, true).batch();
  }

  /** The outputs for some rows, as the function returned them. */
  NamedTensors<T> outputs(NamedTensors<T> actual, int rows) {
    return call(actual, rows, false).outputs();
  }

  /** How long the function took for the last rows that it computed. */
  long lastNanos() {
    return lastNanos;
  }

  /** True if the function threw this: it is the caller's. */
  boolean threw(Throwable e) {
    return e == thrown;
  }

  private record Computed<T>(NamedTensors<T> outputs, ComputedBatch<T> batch) {}

  private Computed<T> call(NamedTensors<T> actual, int rows, boolean isCheck) {
    FunctionDepth depth = function.functions().state().depth();
    int before = depth.now();
    long start = System.nanoTime();
    NamedTensors<T> outputs;
    try {
      depth.enter();
      outputs = function.operation().apply(actual);
    } catch (Throwable e) {
      thrown = e;
      throw FunctionCall.<RuntimeException>unchecked(e);
    } finally {
      depth.returnTo(before);
    }
    long nanos = System.nanoTime() - start;
    if (isCheck) {
      function.recorder().checkNanos.add(nanos);
    }
    ComputedBatch<T> computed =
        ComputedBatch.of(function.state(), function.adapter(), outputs, rows);
    if (!isCheck) {
      function.recorder().computed(function.state(), rows, nanos);
      lastNanos = nanos;
    }
    return new Computed<>(outputs, computed);
  }

  /** What the function threw, checked or not, is the caller's: no wrapper of ours hides it. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X unchecked(Throwable e) throws X {
    throw (X) e;
  }

  /** Copies of some rows of each input, where the input lies; to be released by the adapter. */
  List<T> gather(InputBatch<T> batch, RowList rows) {
    TensorAdapter<T> adapter = function.adapter();
    int[] wanted = rows.toArray();
    List<T> gathered = new ArrayList<>();
    try {
      for (T tensor : batch.inputs().tensorList()) {
        TensorView view = batch.views().get(gathered.size());
        boolean onHost = view.memory() instanceof HostMemory;
        gathered.add(
            onHost
                ? adapter.selectRows(tensor, wanted)
                : DeviceRows.select(adapter, tensor, view, wanted));
      }
    } catch (RuntimeException | Error e) {
      gathered.forEach(adapter::release);
      throw e;
    }
    return gathered;
  }
}
