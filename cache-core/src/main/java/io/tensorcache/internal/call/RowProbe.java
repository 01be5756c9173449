package io.tensorcache.internal.call;

import io.tensorcache.config.Granularity;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.internal.codec.Row;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function once more at its first batch of two rows or more, with one of those rows alone,
 * and compares: rows that depend on each other, or a batch that is not the first axis, show. A row
 * in the middle is taken, as the first or last may be the one that depends on no other. It is
 * computed before the batch, as a function may use the memory of its outputs again. Confined to one
 * thread.
 */
public final class RowProbe<T> {
  private final WrappedFunction<T> wrapped;
  private final FunctionState function;
  private final FunctionCall<T> call;
  private final InputBatch<T> batch;
  private final int count;
  private @Nullable Row alone; // what the function returned for the row in the middle
  private @Nullable Exception thrown; // or what it threw

  /** A probe of {@code count} rows of a batch that are about to be computed. */
  RowProbe(WrappedFunction<T> wrapped, FunctionCall<T> call, InputBatch<T> batch, int count) {
    this.wrapped = wrapped;
    this.function = wrapped.state();
    this.call = call;
    this.batch = batch;
    this.count = count;
  }

  /**
   * Computes the row in the middle, unless this code was probed before.
   *
   * @param rowOf which row of the batch each of the rows is
   */
  void begin(IntUnaryOperator rowOf) {
    FunctionSettings settings = function.settings();
    boolean isDue =
        count >= 2
            && settings.granularity() == Granularity.ROWS
            && settings.checks().probeTolerance() >= 0
            && !function.isProbed(WrappedCode.of(wrapped.operation()));
    if (isDue && function.beginProbe()) {
      try {
        computeMiddle(rowOf);
      } finally {
        function.endProbe();
      }
    }
  }

  private void computeMiddle(IntUnaryOperator rowOf) {
    RowList middle = new RowList();
    middle.add(rowOf.applyAsInt(count / 2));
    List<T> gathered = call.gather(batch, middle);
    try (ComputedBatch<T> one = call.computeAgain(batch.inputs().withTensors(gathered), 1)) {
      if (one.isStorable()) {
        alone = one.row(0, 0);
      }
    } catch (Exception e) {
      boolean isAboutTheRow = call.threw(e) || e instanceof FunctionContractException;
      boolean isInterrupted =
          e instanceof InterruptedException || Thread.currentThread().isInterrupted();
      if (!isAboutTheRow || isInterrupted) {
        throw e;
      }
      thrown = e;
    } finally {
      gathered.forEach(wrapped.adapter()::release);
    }
  }

  /**
   * Compares with the batch, which did not throw.
   *
   * @param isStill tells whether the function is the same that it was when the probe began
   * @throws FunctionContractException if the row differs, or the function threw for it
   */
  void end(ComputedBatch<T> computed, BooleanSupplier isStill) {
    Exception cause = thrown;
    Row one = alone;
    if (cause == null && one == null || !isStill.getAsBoolean()) {
      return;
    }
    if (one == null) {
      throw refusal("for one row alone it throws, or returns no row", cause);
    }
    if (computed.isStorable()) {
      RowDifference difference =
          RowDifference.ofPadded(
              computed.rowAlone(count / 2), one, function.settings().checks().probeTolerance());
      if (!difference.isWithin()) {
        throw refusal(
            "a row computed alone differs from the same row in a batch of "
                + count
                + (Double.isInfinite(difference.largest())
                    ? ", in its shape or in what is finite"
                    : ", by up to " + difference.largest()),
            null);
      }
      function.probed(WrappedCode.of(wrapped.operation()));
    }
  }

  private FunctionContractException refusal(String what, @Nullable Exception cause) {
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
