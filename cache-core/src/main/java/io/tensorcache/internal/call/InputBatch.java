package io.tensorcache.internal.call;

import io.tensorcache.config.Granularity;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The inputs of a call as batches of rows, checked.
 *
 * @param inputs as the caller gave them
 * @param views of each tensor; with {@code WHOLE}, each as a batch of one row
 * @param rows that all of them have
 */
record InputBatch<T>(NamedTensors<T> inputs, List<TensorView> views, int rows) {
  private static final int MOST_ROWS = 1 << 26;

  /**
   * Looks at the inputs of a function.
   *
   * @throws IllegalArgumentException if they cannot be keys, or have no common first axis
   */
  static <T> InputBatch<T> of(
      FunctionState function, TensorAdapter<T> adapter, NamedTensors<T> inputs) {
    if (inputs.tensors().isEmpty()) {
      throw new IllegalArgumentException(
          named(function) + " is called without a tensor; it needs at least one");
    }
    List<TensorView> views = new ArrayList<>(inputs.tensors().size());
    for (Map.Entry<String, T> input : inputs.tensors().entrySet()) {
      TensorView view = view(function, adapter, input);
      if (views.isEmpty()) {
        AdapterUse.check(adapter, input.getValue(), view);
      }
      if (function.settings().granularity() == Granularity.WHOLE) {
        view = view.asSingleRow();
      } else if (view.spec().rank() == 0) {
        throw new IllegalArgumentException(
            named(function)
                + ": input \""
                + input.getKey()
                + "\" is 0-d and has no rows; add a batch axis or wrap with Granularity.WHOLE");
      }
      views.add(view);
    }
    return new InputBatch<>(inputs, views, rows(function, views));
  }

  @SuppressWarnings("ConstantValue") // Java callers can pass null
  private static <T> TensorView view(
      FunctionState function, TensorAdapter<T> adapter, Map.Entry<String, T> input) {
    if (input.getValue() == null) {
      throw new NullPointerException(
          named(function) + ": input \"" + input.getKey() + "\" is null");
    }
    try {
      adapter.checkInput(input.getValue());
      return adapter.view(input.getValue());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          named(function) + ": input \"" + input.getKey() + "\" cannot be a key: " + e.getMessage(),
          e);
    }
  }

  private static int rows(FunctionState function, List<TensorView> views) {
    long rows = views.get(0).spec().dim(0);
    for (TensorView view : views) {
      if (view.spec().dim(0) != rows) {
        throw new IllegalArgumentException(
            named(function)
                + ": inputs of "
                + rows
                + " and "
                + view.spec().dim(0)
                + " rows; all inputs of a call have the same first axis");
      }
    }
    if (rows > MOST_ROWS) {
      throw new IllegalArgumentException(
          named(function) + ": " + rows + " rows in one call; at most " + MOST_ROWS);
    }
    return (int) rows;
  }

  private static String named(FunctionState function) {
    return "function \"" + function.name() + "\"";
  }
}
