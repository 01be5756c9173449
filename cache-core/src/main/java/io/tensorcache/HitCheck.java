package io.tensorcache;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.MismatchException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes a random sample of the rows that a call serves again, and compares. Each call draws
 * anew, so that every row has its turn as epochs go by. Confined to one thread.
 */
final class HitCheck<T> {
  private final CacheCore core;
  private final FunctionState function;
  private final RowChecks checks;
  private final Group group;
  private final TensorAdapter<T> adapter;
  private final FunctionCall<T> call;
  private final Inputs<T> inputs;
  private final List<TensorView> views;
  private final int rows;

  HitCheck(
      CacheCore core,
      FunctionState function,
      Group group,
      TensorAdapter<T> adapter,
      FunctionCall<T> call,
      Inputs<T> inputs,
      List<TensorView> views,
      int rows) {
    this.core = core;
    this.function = function;
    this.checks = function.settings().checks();
    this.group = group;
    this.adapter = adapter;
    this.call = call;
    this.inputs = inputs;
    this.views = views;
    this.rows = rows;
  }

  /** The distinct rows that are not missing. */
  static BitSet hits(BatchKeys keys, RowList missing) {
    BitSet hits = new BitSet();
    keys.distinctRows().forEach(hits::set);
    missing.forEach(hits::clear);
    return hits;
  }

  /**
   * What the call returns: {@code served}, or a copy of it in which the rows that differ are those
   * just computed.
   *
   * @param isStill tells whether the weights are still those of the keys
   * @param hits the distinct rows that were served
   * @throws MismatchException if a row differs and the function is to fail then
   */
  Outputs<T> check(BooleanSupplier isStill, BatchKeys keys, BitSet hits, Outputs<T> served) {
    RowList sample = new RowList();
    hits.stream()
        .filter(row -> ThreadLocalRandom.current().nextDouble() < checks.fraction())
        .forEach(sample::add);
    if (sample.isEmpty()) {
      return served;
    }
    boolean whole =
        sample.size() == rows
            || function.settings().granularity() == Granularity.WHOLE
            || function.settings().partialMiss() == PartialMiss.RECOMPUTE_BATCH;
    List<T> gathered = whole ? List.of() : call.gather(inputs, views, sample);
    try (ComputedBatch<T> again = computeAgain(whole, gathered, sample.size())) {
      if (again == null || !isStill.getAsBoolean()) {
        return served; // the function failed, or its weights changed: there is nothing to compare
      }
      return compare(keys, sample, whole, again, served);
    } finally {
      gathered.forEach(adapter::release);
    }
  }

  /** Null if the function throws: the hit is served all the same, and the listener told. */
  private @Nullable ComputedBatch<T> computeAgain(boolean whole, List<T> gathered, int count) {
    try {
      return call.computeAgain(whole ? inputs : inputs.withTensors(gathered), whole ? rows : count);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      core.failed(
          new TensorCacheException(
              "function \"" + function.name() + "\" threw while hits were verified: " + e, e));
      return null;
    }
  }

  private Outputs<T> compare(
      BatchKeys keys, RowList sample, boolean whole, ComputedBatch<T> again, Outputs<T> served) {
    Map<Integer, Row> right = new HashMap<>(); // by row, where what was served is wrong
    MismatchException first = null;
    try (ComputedBatch<T> before = ComputedBatch.of(function, adapter, served, rows)) {
      for (int i = 0; i < sample.size(); i++) {
        int row = sample.get(i);
        Row computed = again.row(whole ? row : i, group.number());
        RowDifference difference =
            RowDifference.of(before.row(row, group.number()), computed, checks.tolerance());
        core.recorder().rowsVerified.increment();
        if (!difference.isWithin()) {
          right.put(row, computed);
          MismatchException told = differs(keys.key(row), difference);
          first = first == null ? told : first;
        }
      }
      if (first == null) {
        return served;
      }
      if (checks.onMismatch() == Mismatch.FAIL) {
        served.tensors().values().forEach(adapter::release);
        throw first;
      }
      Outputs<T> mended = mended(keys, before, right, again);
      served.tensors().values().forEach(adapter::release);
      return mended;
    }
  }

  /** Drops the row and tells. */
  private MismatchException differs(TensorKey key, RowDifference difference) {
    core.drop(key, function.settings(), group);
    core.recorder().mismatches.increment();
    MismatchException told =
        new MismatchException(
            "function \""
                + function.name()
                + "\": the row of key "
                + key
                + " was served and differs from the row computed again by up to "
                + difference.largest()
                + ", more than the tolerance of "
                + checks.tolerance()
                + "; it is dropped. If the code changed, change the version in the fingerprint; if"
                + " the last bits depend on the batch size, state a tolerance",
            key.toString(),
            difference.largest());
    core.failed(told);
    return told;
  }

  private Outputs<T> mended(
      BatchKeys keys, ComputedBatch<T> before, Map<Integer, Row> right, ComputedBatch<T> again) {
    boolean sameShape = before.schema().equals(again.schema());
    try (ResultBatch<T> result =
            new ResultBatch<>(adapter, function.settings().granularity(), inputs.tensor(0), rows);
        ComputedBatch<T> all = sameShape ? null : call.computeAgain(inputs, rows)) {
      result.open(all == null ? before.schema() : all.schema());
      if (all != null) {
        all.copyTo(result, rows);
        return result.finish();
      }
      for (int row = 0; row < rows; row++) {
        Row computed = right.get(keys.firstOf(row));
        result.put(row, computed == null ? before.row(row, group.number()) : computed);
      }
      return result.finish();
    }
  }
}
