package io.tensorcache.internal.call;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.MismatchException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Computes a random sample of the rows that a call serves again, and compares. Each call draws
 * anew, so that every row has its turn as epochs go by. Confined to one thread.
 */
final class HitCheck<T> {
  private final KeyedBatch<T> batch;
  private final FunctionCall<T> call;
  private final CacheState state;
  private final FunctionState function;
  private final RowChecks checks;
  private final TensorAdapter<T> adapter;

  HitCheck(KeyedBatch<T> batch, FunctionCall<T> call) {
    this.batch = batch;
    this.call = call;
    this.state = batch.function().functions().state();
    this.function = batch.function().state();
    this.checks = function.settings().checks();
    this.adapter = batch.function().adapter();
  }

  /**
   * What the call returns: {@code served}, or a copy of it in which the rows that differ are those
   * just computed.
   *
   * @param hits the distinct rows that were served
   * @throws MismatchException if a row differs and the function is to fail then
   */
  NamedTensors<T> check(RowList hits, NamedTensors<T> served) {
    RowList sample = new RowList();
    hits.forEach(
        row -> {
          if (ThreadLocalRandom.current().nextDouble() < checks.fraction()) {
            sample.add(row);
          }
        });
    if (sample.isEmpty()) {
      return served;
    }
    boolean whole =
        sample.size() == batch.rows()
            || function.settings().granularity() == Granularity.WHOLE
            || function.settings().partialMiss() == PartialMiss.RECOMPUTE_BATCH;
    List<T> gathered = whole ? List.of() : call.gather(batch.batch(), sample);
    try (ComputedBatch<T> again = computeAgain(whole, gathered, sample.size())) {
      if (again == null || !batch.isStill()) {
        return served; // the function failed, or its weights changed: there is nothing to compare
      }
      return compare(sample, whole, again, served);
    } finally {
      gathered.forEach(adapter::release);
    }
  }

  /** Null if the function throws: the hit is served all the same, and the listener told. */
  private @Nullable ComputedBatch<T> computeAgain(boolean whole, List<T> gathered, int count) {
    try {
      return whole
          ? call.computeAgain(batch.inputs(), batch.rows())
          : call.computeAgain(batch.inputs().withTensors(gathered), count);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      state.failed(
          new TensorCacheException(
              "function \"" + function.name() + "\" threw while hits were verified: " + e, e));
      return null;
    }
  }

  private NamedTensors<T> compare(
      RowList sample, boolean whole, ComputedBatch<T> again, NamedTensors<T> served) {
    Map<Integer, Row> right = new HashMap<>(); // by row, where what was served is wrong
    MismatchException first = null;
    try (ComputedBatch<T> before = ComputedBatch.of(function, adapter, served, batch.rows())) {
      for (int i = 0; i < sample.size(); i++) {
        int row = sample.get(i);
        Row computed = again.row(whole ? row : i, batch.group().number());
        RowDifference difference =
            RowDifference.of(before.row(row, batch.group().number()), computed, checks.tolerance());
        recorder().rowsVerified.increment();
        if (!difference.isWithin()) {
          right.put(row, computed);
          MismatchException told = differs(batch.key(row), difference);
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
      NamedTensors<T> mended = mended(before, right, again);
      served.tensors().values().forEach(adapter::release);
      return mended;
    }
  }

  /** Drops the row and tells. */
  private MismatchException differs(TensorKey key, RowDifference difference) {
    function.places().drop(key, batch.group());
    recorder().mismatches.increment();
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
    state.failed(told);
    return told;
  }

  private NamedTensors<T> mended(
      ComputedBatch<T> before, Map<Integer, Row> right, ComputedBatch<T> again) {
    boolean sameShape = before.schema().equals(again.schema());
    try (ResultBatch<T> result = batch.newResult(null);
        ComputedBatch<T> all = sameShape ? null : call.computeAgain(batch.inputs(), batch.rows())) {
      result.open(all == null ? before.schema() : all.schema());
      if (all != null) {
        all.copyTo(result, batch.rows());
        return result.finish();
      }
      for (int row = 0; row < batch.rows(); row++) {
        Row computed = right.get(batch.keys().firstOf(row));
        result.put(row, computed == null ? before.row(row, batch.group().number()) : computed);
      }
      return result.finish();
    }
  }

  private StatsRecorder recorder() {
    return batch.function().recorder();
  }
}
