package io.tensorcache.internal.call;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.internal.rows.CacheTiers;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.TensorKey;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One warm-up: computes and stores what is missing, batch by batch. Confined to one thread. */
public final class WarmRun<T> {
  private final WrappedFunction<T> function;
  private final CacheState state;
  private final long start = System.nanoTime();
  private long rows;
  private long found;
  private long computed;
  private long batches;
  private long computedBytes;
  private boolean isAllStored = true; // in the store, if the function persists
  private final long losses; // of the store when this began
  private @Nullable ComputationDigest fingerprint; // of the first batch
  private boolean isSameFunction = true;
  private long failed; // rows of batches whose device failed before the function ran

  public WarmRun(WrappedFunction<T> function) {
    this.function = function;
    this.state = function.functions().state();
    if (!function.isStored()) {
      throw new IllegalStateException(
          "function \""
              + function.state().name()
              + "\" of level "
              + function.settings().level()
              + " is not stored in a cache of level "
              + state.config().level()
              + ": there is nothing to warm");
    }
    this.losses = losses();
  }

  private long losses() {
    PersistedRows persisted = function.places().persisted();
    return persisted == null ? 0 : persisted.losses();
  }

  public <B> WarmUp run(
      Iterable<? extends B> all,
      Function<B, NamedTensors<T>> inputs,
      Consumer<? super WarmUp> progress) {
    boolean isComplete = true;
    for (B batch : all) {
      warm(inputs.apply(batch));
      batches++;
      progress.accept(soFar(false, false));
      if (Thread.currentThread().isInterrupted()) {
        isComplete = false;
        break;
      }
    }
    boolean isFlushed = function.settings().persisting() && function.functions().flush();
    isFlushed &= losses() == losses; // of which another thread's flush may have told
    isComplete &= isSameFunction && failed == 0;
    return soFar(isComplete, isFlushed && isComplete && isAllStored);
  }

  private WarmUp soFar(boolean isComplete, boolean isSafe) {
    return new WarmUp(
        rows,
        found,
        computed,
        rows - found - computed - failed,
        batches,
        ByteSize.ofBytes(computedBytes),
        Duration.ofNanos(System.nanoTime() - start),
        isComplete,
        isSafe);
  }

  private void warm(NamedTensors<T> inputs) {
    state.checkOpen();
    InputBatch<T> batch = InputBatch.of(function.state(), function.adapter(), inputs);
    if (batch.rows() > 0) {
      warm(batch);
    }
    Reference.reachabilityFence(inputs);
    rows += batch.rows();
  }

  /**
   * What a batch lacks.
   *
   * @param computed how many of its distinct rows are to be computed
   * @param gathered these rows, or nothing if that is the whole batch
   */
  private record Missing<T>(BatchKeys keys, int computed, List<T> gathered) {}

  private void warm(InputBatch<T> batch) {
    Missing<T> missing;
    try {
      missing = missing(batch);
    } catch (DeviceException e) { // of ours: the function has not run yet
      state.failed(e);
      failed += batch.rows();
      return;
    }
    if (missing.computed > 0) {
      compute(batch.inputs(), missing.gathered);
    }
    found += missing.keys.distinct() - missing.computed;
    computed += missing.computed;
    PersistedRows persisted = function.places().persisted();
    if (persisted != null) {
      isAllStored &= missing.keys.distinctKeys().stream().allMatch(persisted::contains);
    }
  }

  private Missing<T> missing(InputBatch<T> batch) {
    Group group = function.group(function.watch().look());
    function.functions().use().begins(function.state(), group, function.operation());
    if (fingerprint == null) {
      fingerprint = group.fingerprint();
    }
    isSameFunction &= fingerprint.equals(group.fingerprint());
    BatchKeys keys = BatchKeys.of(function, group, batch);
    if (function.places().growOld()) {
      function.places().dropOld(keys.distinctKeys(), group);
    }
    RowList missing = new RowList();
    keys.distinctRows()
        .forEach(
            row -> {
              if (!isStored(keys.key(row), group)) {
                missing.add(row);
              }
            });
    boolean isWhole =
        missing.isEmpty()
            || missing.size() == batch.rows()
            || function.settings().partialMiss() == PartialMiss.RECOMPUTE_BATCH;
    return new Missing<>(
        keys,
        missing.size(),
        isWhole ? List.of() : new FunctionCall<>(function).gather(batch, missing));
  }

  /** What persists has to be in the store: a row that only memory has is written there. */
  private boolean isStored(TensorKey key, Group group) {
    CacheTiers tiers = function.places().tiers();
    PersistedRows persisted = function.places().persisted();
    if (persisted == null) {
      return tiers.contains(key);
    }
    if (persisted.contains(key)) {
      return true;
    }
    Row row = tiers.row(key);
    return row != null
        && (persisted.store(key, row, group) == Storing.QUEUED || tiers.contains(key));
  }

  /** {@code gathered} holds the missing rows, or nothing if they are all of the batch. */
  private void compute(NamedTensors<T> inputs, List<T> gathered) {
    NamedTensors<T> actual = gathered.isEmpty() ? inputs : inputs.withTensors(gathered);
    try {
      for (T output : new CachedCall<>(function, actual).outputs().tensorList()) {
        computedBytes += function.adapter().view(output).spec().byteCount();
        function.adapter().release(output);
      }
    } finally {
      gathered.forEach(function.adapter()::release);
    }
  }
}
