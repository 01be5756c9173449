package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
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
    isComplete &= isSameFunction;
    return soFar(isComplete, isFlushed && isComplete && isAllStored);
  }

  private WarmUp soFar(boolean isComplete, boolean isSafe) {
    return new WarmUp(
        rows,
        found,
        computed,
        rows - found - computed,
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

  private void warm(Inputs<T> inputs, List<TensorView> views, int count) {
    Group group = function.group(core.groups(), watch.look().fingerprint());
    PersistedRows durable = core.persisted(function.settings());
    if (fingerprint == null) {
      fingerprint = group.fingerprint();
    }
    isSameFunction &= fingerprint.equals(group.fingerprint());
    long keysStart = System.nanoTime();
    BatchKeys keys = BatchKeys.of(core, function, group, inputs, views, count);
    core.recorder().keyNanos.add(System.nanoTime() - keysStart);
    RowList missing = new RowList();
    core.dropOld(keys, function.settings(), group);
    for (int row = 0; row < count; row++) {
      if (keys.firstOf(row) == row && !isStored(durable, keys.key(row), group)) {
        missing.add(row);
      }
    }
    found += keys.distinct() - missing.size();
    computed += missing.size();
    boolean whole =
        missing.size() == count || function.settings().partialMiss() == PartialMiss.RECOMPUTE_BATCH;
    if (!missing.isEmpty()) {
      compute(inputs, whole ? List.of() : gather(inputs, missing));
    }
    if (durable != null) {
      isAllStored &= keys.distinctKeys().stream().allMatch(durable::contains);
    }
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

  private List<T> gather(Inputs<T> inputs, RowList missing) {
    List<T> gathered = new ArrayList<>();
    for (T tensor : inputs.tensorList()) {
      gathered.add(adapter.selectRows(tensor, missing.toArray()));
    }
    return gathered;
  }

  /** {@code gathered} holds the missing rows, or nothing if they are all of the batch. */
  private void compute(Inputs<T> inputs, List<T> gathered) {
    Inputs<T> actual = gathered.isEmpty() ? inputs : inputs.withTensors(gathered);
    try {
      Outputs<T> outputs =
          new CachedCall<>(core, function, watch, adapter, operation, actual).run();
      for (T output : outputs.tensors().values()) {
        computedBytes += adapter.view(output).spec().byteCount();
        adapter.release(output);
      }
    } finally {
      gathered.forEach(adapter::release);
    }
  }
}
