package io.tensorcache.internal.call;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.stats.MissReason;
import org.jspecify.annotations.Nullable;

/**
 * One call of a cached function: keys, look-ups, one computation of what is missing, one result.
 * Confined to one thread.
 *
 * <pre>
 * inputs ── keys ── look up each distinct row ──────────────────────────────► result
 *                        │ missing
 *                        ├─ claimed here ──── one call of the function, store ──► result
 *                        └─ in flight elsewhere ──────────── wait ──────────────► result
 * </pre>
 */
public final class CachedCall<T> {
  private final WrappedFunction<T> function;
  private final CacheState state;
  private final StatsRecorder recorder;
  private final SourceWatch.Look look; // at the begin
  private final Group group;
  private final FunctionCall<T> call;
  private final InputBatch<T> inputs;
  private final LookupCount found = new LookupCount();
  private @Nullable RowList hits; // distinct rows found at first, if hits are verified

  public CachedCall(WrappedFunction<T> function, NamedTensors<T> inputs) {
    this.function = function;
    this.state = function.functions().state();
    this.recorder = function.recorder();
    this.look = function.watch().look();
    this.group = function.group(look);
    this.call = new FunctionCall<>(function);
    this.inputs = InputBatch.of(function.state(), function.adapter(), inputs);
  }

  /** The group of its rows. */
  public Group group() {
    return group;
  }

  /**
   * The outputs. After the failure of a device, what the function returns by itself: nothing is
   * copied then, so that nothing of ours can fail again. Throws what the function threw.
   */
  public NamedTensors<T> outputs() {
    try {
      return inputs.rows() == 0 || !function.isStored() ? unstored() : stored(keyed());
    } catch (DeviceException e) {
      if (call.threw(e)) {
        throw e;
      }
      state.failed(e);
      recorder.miss(function.state(), MissReason.DEVICE, inputs.rows() - found.missed());
      return call.outputs(inputs.inputs(), inputs.rows());
    }
  }

  /**
   * Starts reading what disk tier and store have of the rows, for the same call later. {@code
   * startNanos} is when this began.
   */
  public void prefetch(long startNanos) {
    if (inputs.rows() > 0 && function.isStored()) {
      PersistedRows persisted = function.places().persisted();
      function
          .functions()
          .rows()
          .readAhead()
          .submit(keyed().keys().distinctKeys(), persisted, startNanos);
    }
  }

  /** Copies what will not be stored: the function may hold on to what it returned. */
  private NamedTensors<T> unstored() {
    recorder.miss(function.state(), MissReason.LEVEL, inputs.rows());
    found.addMissed(inputs.rows());
    try (ComputedBatch<T> computed = call.compute(inputs.inputs(), inputs.rows())) {
      return ResultBatch.copyOf(computed, function, inputs);
    }
  }

  private KeyedBatch<T> keyed() {
    return new KeyedBatch<>(function, look, group, inputs, BatchKeys.of(function, group, inputs));
  }

  private NamedTensors<T> stored(KeyedBatch<T> batch) {
    recorder.duplicates.add(batch.rows() - batch.keys().distinct());
    long start = System.nanoTime();
    if (function.places().growOld()) {
      function.places().dropOld(batch.keys().distinctKeys(), group);
    }
    try (RowSources sources = RowSources.of(batch);
        ResultBatch<T> result = batch.newResult(sources.device())) {
      RowList distinct = batch.keys().distinctRows();
      RowList missing = sources.lookUp(distinct, result, found);
      looked(sources, distinct, missing, System.nanoTime() - start);
      if (function.settings().checks().verifies()) {
        hits = distinct.without(missing);
      }
      if (missing.isEmpty() && !found.sawOtherShape()) {
        return finish(batch, result);
      }
      ComputedRows<T> computed = new ComputedRows<>(batch, call, found);
      NamedTensors<T> recomputed =
          found.sawOtherShape()
              ? computed.recompute(missing, null)
              : new MissingRows<>(batch, computed, found).fill(result, missing, sources);
      return recomputed == null ? finish(batch, result) : recomputed;
    }
  }

  private void looked(RowSources sources, RowList distinct, RowList missing, long nanos) {
    recorder.loadNanos.add(nanos);
    AheadPolicy ahead = function.state().aheadPolicy;
    if (missing.isEmpty() && ahead.isAsked() && found.fromDisk() > 0) {
      sources.measured(ahead, nanos, distinct.size());
    }
  }

  private NamedTensors<T> finish(KeyedBatch<T> batch, ResultBatch<T> result) {
    BatchKeys keys = batch.keys();
    if (keys.distinct() < batch.rows()) {
      for (int row = 0; row < batch.rows(); row++) {
        if (keys.firstOf(row) != row) {
          result.copyRow(keys.firstOf(row), row);
        }
      }
    }
    NamedTensors<T> outputs = result.finish();
    found.reportHits(recorder, function.state());
    group.served(found.served());
    return hits == null ? outputs : new HitCheck<>(batch, call).check(hits, outputs);
  }
}
