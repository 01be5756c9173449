package io.tensorcache;

import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls the user's function for one call of its cached form. Confined to one thread. */
final class FunctionCall<T> {
  private final CacheCore core;
  private final FunctionState function;
  private final TensorAdapter<T> adapter;
  private final TensorOperation<T> operation;
  private @Nullable Throwable thrown;

  FunctionCall(
      CacheCore core,
      FunctionState function,
      TensorAdapter<T> adapter,
      TensorOperation<T> operation) {
    this.core = core;
    this.function = function;
    this.adapter = adapter;
    this.operation = operation;
  }

  /** The outputs for some rows, checked; to be closed. */
  ComputedBatch<T> compute(Inputs<T> actual, int rows) {
    return call(actual, rows, false).batch();
  }

  /** The same to compare with what is known: counted as a check and not as computed. */
  ComputedBatch<T> computeAgain(Inputs<T> actual, int rows) {
    return call(actual, rows, true).batch();
  }

  /** The same, as the function returned them. */
  Outputs<T> outputs(Inputs<T> actual, int rows) {
    return call(actual, rows, false).outputs();
  }

  /** True if the function threw this: it is the caller's. */
  boolean threw(Throwable e) {
    return e == thrown;
  }

  /** What the user wrapped. */
  TensorOperation<T> operation() {
    return operation;
  }

  private record Computed<T>(Outputs<T> outputs, ComputedBatch<T> batch) {}

  private Computed<T> call(Inputs<T> actual, int rows, boolean isCheck) {
    core.inFlight().enterFunction();
    long start = System.nanoTime();
    Outputs<T> outputs;
    try {
      outputs = operation.apply(actual);
    } catch (Throwable e) {
      thrown = e;
      throw FunctionCall.<RuntimeException>unchecked(e);
    } finally {
      core.inFlight().leaveFunction();
    }
    long nanos = System.nanoTime() - start;
    if (isCheck) {
      core.recorder().checkNanos.add(nanos);
    }
    ComputedBatch<T> computed = ComputedBatch.of(function, adapter, outputs, rows);
    if (!isCheck) {
      core.recorder().computed(function, rows, nanos);
    }
    return new Computed<>(outputs, computed);
  }

  /** What the function threw, checked or not, is the caller's: no wrapper of ours hides it. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X unchecked(Throwable e) throws X {
    throw (X) e;
  }

  /** Copies of some rows of each input, where the input lies; to be released. */
  List<T> gather(Inputs<T> inputs, List<TensorView> views, RowList rows) {
    int[] wanted = rows.toArray();
    List<T> gathered = new ArrayList<>();
    try {
      for (T tensor : inputs.tensorList()) {
        TensorView view = views.get(gathered.size());
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
