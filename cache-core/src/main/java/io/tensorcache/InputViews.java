package io.tensorcache;

import io.tensorcache.config.Granularity;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The inputs of a call as batches of rows, checked. */
final class InputViews {
  private InputViews() {}

  /** A view of each input; with {@code WHOLE}, each as a batch of one row. */
  static <T> List<TensorView> of(
      FunctionState function, TensorAdapter<T> adapter, Inputs<T> inputs) {
    if (inputs.tensors().isEmpty()) {
      throw new IllegalArgumentException(
          "function \"" + function.name() + "\" is called without a tensor; it needs at least one");
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
            "function \""
                + function.name()
                + "\": input \""
                + input.getKey()
                + "\" is 0-d and has no rows; add a batch axis or wrap with Granularity.WHOLE");
      }
      views.add(view);
    }
    return views;
  }

  @SuppressWarnings("ConstantValue") // Java callers can pass null
  private static <T> TensorView view(
      FunctionState function, TensorAdapter<T> adapter, Map.Entry<String, T> input) {
    if (input.getValue() == null) {
      throw new NullPointerException(
          "function \"" + function.name() + "\": input \"" + input.getKey() + "\" is null");
    }
    try {
      adapter.checkInput(input.getValue());
      return adapter.view(input.getValue());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "function \""
              + function.name()
              + "\": input \""
              + input.getKey()
              + "\" cannot be a key: "
              + e.getMessage(),
          e);
    }
  }

  /** The number of rows that all inputs have. */
  static int rows(FunctionState function, List<TensorView> views) {
    long rows = views.get(0).spec().dim(0);
    for (TensorView view : views) {
      if (view.spec().dim(0) != rows) {
        throw new IllegalArgumentException(
            "function \""
                + function.name()
                + "\": inputs of "
                + rows
                + " and "
                + view.spec().dim(0)
                + " rows; all inputs of a call have the same first axis");
      }
    }
    if (rows > 1 << 26) {
      throw new IllegalArgumentException(
          "function \""
              + function.name()
              + "\": "
              + rows
              + " rows in one call; at most "
              + (1 << 26));
    }
    return (int) rows;
  }
}
