package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one cached function. Strict: an option set twice throws. Confined to one thread.
 *
 * @param <T> the engine's tensor type
 */
public final class FunctionBuilder<T> {
  private final CacheCore core;
  private final String name;
  private final FingerprintSource fingerprint;
  private final TensorAdapter<T> adapter;
  private final Once<CacheLevel> level = new Once<>("level");
  private final Once<DType> storeAs = new Once<>("storeAs");
  private final Once<Granularity> granularity = new Once<>("granularity");
  private final Once<PartialMiss> onPartialMiss = new Once<>("onPartialMiss");
  private final Once<Boolean> persisting = new Once<>("persisting");
  private final Once<Recheck> recheck = new Once<>("recheck");

  FunctionBuilder(
      CacheCore core, String name, FingerprintSource fingerprint, TensorAdapter<T> adapter) {
    this.core = core;
    this.name = Names.check("function", name);
    this.fingerprint =
        Objects.requireNonNull(
            fingerprint,
            "fingerprint is null: say what the outputs depend on, by Fingerprint.ofWeights, ofFile"
                + " or version");
    this.adapter =
        Objects.requireNonNull(adapter, "adapter is null: give that of the engine's tensors");
  }

  /** Stored where the level of the cache is at least this. Default: {@code NORMAL}. */
  public FunctionBuilder<T> level(CacheLevel value) {
    level.set(value);
    return this;
  }

  /**
   * Stores float32 and float64 outputs in this narrower type, {@code FLOAT16} or {@code BFLOAT16}.
   * Lossy: every call returns the rounded values, hit or miss. Default: as they are.
   */
  public FunctionBuilder<T> storeAs(DType value) {
    if (value != DType.FLOAT16 && value != DType.BFLOAT16) {
      throw new IllegalArgumentException(
          "storeAs(" + value + "): only FLOAT16 and BFLOAT16 are stored types");
    }
    storeAs.set(value);
    return this;
  }

  /** What one entry stands for. Default: {@code ROWS}. */
  public FunctionBuilder<T> granularity(Granularity value) {
    granularity.set(value);
    return this;
  }

  /**
   * What the function is called with when some rows are stored. Default: {@code COMPUTE_MISSING}.
   */
  public FunctionBuilder<T> onPartialMiss(PartialMiss value) {
    onPartialMiss.set(value);
    return this;
  }

  /**
   * Keeps the rows in the durable store of the cache too, for this program and later ones. Default:
   * {@code false}.
   */
  public FunctionBuilder<T> persisting(boolean value) {
    persisting.set(value);
    return this;
  }

  /**
   * How often everything is read again that the fingerprint stands for, beside the look at each
   * call, which may see a part of it: what it sees late is said at the source, {@code
   * ModuleFingerprint} for example. Default: {@code ON_REQUEST}, {@link CachedFunction#recheck}.
   */
  public FunctionBuilder<T> recheck(Recheck value) {
    recheck.set(value);
    return this;
  }

  /**
   * The cached form of a function from one tensor to one tensor.
   *
   * @throws IllegalStateException if this name is in use with other settings, or if it is
   *     persisting and the cache has no store
   */
  public CachedFunction<T> wrap(TensorFunction<T> function) {
    Objects.requireNonNull(function, "function is null: there is nothing to compute with");
    return wrapOperation(
        inputs -> {
          @Nullable T output = function.apply(inputs.tensor(0));
          return output == null ? Outputs.none() : Outputs.of(output);
        });
  }

  /**
   * The cached form of an operation on several tensors and arguments.
   *
   * @throws IllegalStateException if this name is in use with other settings, an option has no
   *     effect, or it is persisting and the cache has no store
   */
  public CachedFunction<T> wrapOperation(TensorOperation<T> operation) {
    Objects.requireNonNull(operation, "operation is null: there is nothing to compute with");
    if (granularity.orNull() == Granularity.WHOLE
        && onPartialMiss.orNull() == PartialMiss.RECOMPUTE_BATCH) {
      throw new IllegalStateException(
          "onPartialMiss(RECOMPUTE_BATCH) with granularity(WHOLE) has no effect: a whole is never"
              + " stored in part");
    }
    FunctionSettings settings =
        new FunctionSettings(
            adapter.type(),
            level.or(CacheLevel.NORMAL),
            granularity.or(Granularity.ROWS),
            onPartialMiss.or(PartialMiss.COMPUTE_MISSING),
            storeAs.orNull(),
            persisting.or(false));
    FunctionState state = core.function(name, settings);
    SourceWatch watch =
        new SourceWatch(core, state, settings.inKeys(fingerprint), recheck.or(Recheck.ON_REQUEST));
    return new CachedFunction<>(core, state, watch, adapter, operation);
  }
}
