package io.tensorcache;

import io.tensorcache.config.Granularity;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function once more at its first batch of two rows or more, with one of those rows alone,
 * and compares: rows that depend on each other, or a batch that is not the first axis, show. A row
 * in the middle is taken, as the first or last may be the one that depends on no other. Confined to
 * one thread.
 */
final class RowProbe<T> {
  private final FunctionState function;
  private final TensorAdapter<T> adapter;
  private final FunctionCall<T> call;

  RowProbe(FunctionState function, TensorAdapter<T> adapter, FunctionCall<T> call) {
    this.function = function;
    this.adapter = adapter;
    this.call = call;
  }

  private boolean isDue(ComputedBatch<T> computed, int rows) {
    FunctionSettings settings = function.settings();
    return rows >= 2
        && settings.granularity() == Granularity.ROWS
        && settings.checks().probeTolerance() >= 0
        && computed.isStorable()
        && !function.isProbed(WrappedCode.of(call.operation()));
  }

  /**
   * Probes unless this code was probed before.
   *
   * @param count how many rows were computed
   * @param rowOf which row of the inputs each of them is
   * @throws FunctionContractException if the row differs, or the function throws for it
   */
  void run(
      Inputs<T> inputs, List<TensorView> views, int count, IntUnaryOperator rowOf, ComputedBatch<T> computed) {
    if (!isDue(computed, count)) {
      return;
    }
    int middle = count / 2;
    RowList one = new RowList();
    one.add(rowOf.applyAsInt(middle));
    List<T> gathered = call.gather(inputs, views, one);
    try (ComputedBatch<T> alone = alone(inputs.withTensors(gathered))) {
      Row expected = computed.row(middle, 0);
      RowDifference difference =
          RowDifference.of(expected, alone.row(0, 0), function.settings().checks().probeTolerance());
      if (!difference.isWithin()) {
        throw refusal(
            "a row computed alone differs from the same row in a batch of "
                + count
                + (Double.isInfinite(difference.largest())
                    ? ", in its shape or in what is finite"
                    : ", by up to " + difference.largest()),
            null);
      }
      function.probed(WrappedCode.of(call.operation()));
    } finally {
      gathered.forEach(adapter::release);
    }
  }

  private ComputedBatch<T> alone(Inputs<T> one) {
    try {
      return call.computeAgain(one, 1);
    } catch (FunctionContractException e) {
      throw refusal("for one row alone it does not return one row", e);
    } catch (Exception e) {
      if (!call.threw(e) || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      throw refusal("it throws for one row alone", e);
    }
  }

  private FunctionContractException refusal(String what, @Nullable Throwable cause) {
    String message =
        "function \""
            + function.name()
            + "\" is not row by row: "
            + what
            + ". Rows must not depend on each other and the first axis must be the batch"
            + " (batch_first for transformers and recurrent layers, eval mode for batch"
            + " statistics); wrap a function of a whole tensor with Granularity.WHOLE, or, if its"
            + " rows are independent all the same, with probing(false)"
            + (cause == null ? "" : ": " + cause);
    return cause == null
        ? new FunctionContractException(message)
        : new FunctionContractException(message, cause);
  }
}
