package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One warm-up: computes and stores what is missing, batch by batch. Confined to one thread. */
final class WarmRun<T> {
  private final CacheCore core;
  private final FunctionState function;
  private final SourceWatch watch;
  private final TensorAdapter<T> adapter;
  private final TensorOperation<T> operation;
  private final long start = System.nanoTime();
  private long rows;
  private long found;
  private long computed;
  private long batches;
  private long computedBytes;
  private boolean isAllStored = true; // in the store, if the function persists
  private @Nullable Fingerprint fingerprint; // of the first batch
  private boolean isSameFunction = true;
  private long failed; // rows of batches whose device failed before the function ran

  WarmRun(
      CacheCore core,
      FunctionState function,
      SourceWatch watch,
      TensorAdapter<T> adapter,
      TensorOperation<T> operation) {
    if (!function.settings().level().isStoredAt(core.config().level())) {
      throw new IllegalStateException(
          "function \""
              + function.name()
              + "\" of level "
              + function.settings().level()
              + " is not stored in a cache of level "
              + core.config().level()
              + ": there is nothing to warm");
    }
    this.core = core;
    this.function = function;
    this.watch = watch;
    this.adapter = adapter;
    this.operation = operation;
  }

  <B> WarmUp run(
      Iterable<? extends B> all, Function<B, Inputs<T>> inputs, Consumer<? super WarmUp> progress) {
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
    boolean isFlushed = function.settings().persisting() && core.flush();
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

  private void warm(Inputs<T> inputs) {
    core.checkOpen();
    List<TensorView> views = InputViews.of(function, adapter, inputs);
    int count = InputViews.rows(function, views);
    if (count > 0) {
      warm(inputs, views, count);
    }
    Reference.reachabilityFence(inputs);
    rows += count;
  }

  /**
   * What a batch lacks.
   *
   * @param computed how many of its distinct rows are to be computed
   * @param gathered these rows, or nothing if that is the whole batch
   */
  private record Missing<T>(BatchKeys keys, int computed, List<T> gathered) {}

  private void warm(Inputs<T> inputs, List<TensorView> views, int count) {
    PersistedRows durable = core.persisted(function.settings());
    Missing<T> missing;
    try {
      missing = missing(durable, inputs, views, count);
    } catch (DeviceException e) { // of ours: the function has not run yet
      core.failed(e);
      failed += count;
      return;
    }
    if (missing.computed > 0) {
      compute(inputs, missing.gathered);
    }
    found += missing.keys.distinct() - missing.computed;
    computed += missing.computed;
    if (durable != null) {
      isAllStored &= missing.keys.distinctKeys().stream().allMatch(durable::contains);
    }
  }

  private Missing<T> missing(
      @Nullable PersistedRows durable, Inputs<T> inputs, List<TensorView> views, int count) {
    Group group = function.group(core.groups(), watch.look().fingerprint());
    core.functionUse().begins(function, group, operation);
    if (fingerprint == null) {
      fingerprint = group.fingerprint();
    }
    isSameFunction &= fingerprint.equals(group.fingerprint());
    BatchKeys keys = BatchKeys.of(core, function, group, inputs, views, count);
    RowList missing = new RowList();
    core.dropOld(keys, function.settings(), group);
    for (int row = 0; row < count; row++) {
      if (keys.firstOf(row) == row && !isStored(durable, keys.key(row), group)) {
        missing.add(row);
      }
    }
    boolean isWhole =
        missing.isEmpty()
            || missing.size() == count
            || function.settings().partialMiss() == PartialMiss.RECOMPUTE_BATCH;
    FunctionCall<T> call = new FunctionCall<>(core, function, adapter, operation);
    return new Missing<>(
        keys, missing.size(), isWhole ? List.of() : call.gather(inputs, views, missing));
  }

  /** What persists has to be in the store: a row that only memory has is written there. */
  private boolean isStored(@Nullable PersistedRows durable, TensorKey key, Group group) {
    if (durable == null) {
      return core.tiers().contains(key);
    }
    if (durable.contains(key)) {
      return true;
    }
    Row row = core.tiers().row(key);
    return row != null && (durable.store(key, row, group) || core.tiers().contains(key));
  }

  /** {@code gathered} holds the missing rows, or nothing if they are all of the batch. */
  private void compute(Inputs<T> inputs, List<T> gathered) {
    Inputs<T> actual = gathered.isEmpty() ? inputs : inputs.withTensors(gathered);
    try {
      Outputs<T> outputs =
          new CachedCall<>(core, function, watch, adapter, operation, actual).outputs();
      for (T output : outputs.tensors().values()) {
        computedBytes += adapter.view(output).spec().byteCount();
        adapter.release(output);
      }
    } finally {
      gathered.forEach(adapter::release);
    }
  }
}
