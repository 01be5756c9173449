package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.internal.call.FunctionSettings;
import io.tensorcache.internal.call.FunctionState;
import io.tensorcache.internal.call.Functions;
import io.tensorcache.internal.call.NamedOperation;
import io.tensorcache.internal.call.NamedTensors;
import io.tensorcache.internal.call.RowChecks;
import io.tensorcache.internal.call.SourceWatch;
import io.tensorcache.internal.call.WatchedSource;
import io.tensorcache.internal.call.WrappedFunction;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.key.Names;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one cached function. Strict: an option set twice throws. Confined to one thread.
 * <!-- region: function-options, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> squares =
 *     cache
 *         .function("squares", Fingerprint.version("1"), HostTensor.adapter())
 *         .storeAs(DType.FLOAT16) // half the bytes; every call returns the rounded values
 *         .verifying(0.01) // one hit in a hundred is computed again and compared
 *         .wrap(x -> slowSquares(x));
 * }</pre>
 *
 * @param <T> the engine's tensor type
 */
public final class FunctionBuilder<T> {
  private final Functions functions;
  private final String name;
  private final FingerprintSource fingerprint;
  private final TensorAdapter<T> adapter;
  private final Once<CacheLevel> level = new Once<>("level");
  private final Once<DType> storeAs = new Once<>("storeAs");
  private final Once<Granularity> granularity = new Once<>("granularity");
  private final Once<PartialMiss> onPartialMiss = new Once<>("onPartialMiss");
  private final Once<Boolean> persisting = new Once<>("persisting");
  private final Once<Verifying> verifying = new Once<>("verifying");
  private final Once<Mismatch> onMismatch = new Once<>("onMismatch");
  private final Once<Double> probing = new Once<>("probing");
  private final Once<Recheck> recheck = new Once<>("recheck");

  FunctionBuilder(
      Functions functions, String name, FingerprintSource fingerprint, TensorAdapter<T> adapter) {
    this.functions = functions;
    this.name = Names.check("function", name);
    this.fingerprint =
        Objects.requireNonNull(
            fingerprint,
            "fingerprint is null: say what the outputs depend on, by Fingerprint.ofWeights, ofFile"
                + " or version");
    this.adapter =
        Objects.requireNonNull(adapter, "adapter is null: give that of the engine's tensors");
  }

  /**
   * Sets the level of the function, which is stored where the level of the cache is at least this.
   * The default is {@code NORMAL}.
   */
  public FunctionBuilder<T> level(CacheLevel value) {
    level.set(value);
    return this;
  }

  /**
   * Stores float32 and float64 outputs in this narrower type, {@code FLOAT16} or {@code BFLOAT16}.
   * This is lossy: every call returns the rounded values, hit or miss. By default they are stored
   * as they are.
   */
  public FunctionBuilder<T> storeAs(DType value) {
    if (value != DType.FLOAT16 && value != DType.BFLOAT16) {
      throw new IllegalArgumentException(
          "storeAs(" + value + "): only FLOAT16 and BFLOAT16 are stored types");
    }
    storeAs.set(value);
    return this;
  }

  /** Sets what one entry stands for. The default is {@code ROWS}. */
  public FunctionBuilder<T> granularity(Granularity value) {
    granularity.set(value);
    return this;
  }

  /**
   * Sets what the function is called with when some rows are stored. The default is {@code
   * COMPUTE_MISSING}.
   */
  public FunctionBuilder<T> onPartialMiss(PartialMiss value) {
    onPartialMiss.set(value);
    return this;
  }

  /**
   * Keeps the rows in the durable store of the cache too, for this program and later ones. The
   * default is {@code false}.
   */
  public FunctionBuilder<T> persisting(boolean value) {
    persisting.set(value);
    return this;
  }

  /**
   * Sets how often everything is read again that the fingerprint stands for, beside the look at
   * each call. That look may see a part of it; what it sees late is said at the source, {@code
   * ModuleFingerprint} for example. The default is {@code ON_REQUEST}: {@link
   * CachedFunction#recheck}.
   */
  public FunctionBuilder<T> recheck(Recheck value) {
    recheck.set(value);
    return this;
  }

  private record Verifying(double fraction, double tolerance) {}

  /**
   * Computes this part of the hits again, at random, and compares them bit for bit with what was
   * served (in the stored type, if {@code storeAs} rounds). What differs is told to the listener as
   * a {@link io.tensorcache.error.MismatchException}, counted and dropped, and the call returns the
   * row just computed. It finds what a fingerprint does not see: changed code, rows that depend on
   * their batch, a function that does not return the same twice. What the function throws meanwhile
   * is told, and the hit served. It costs one more call of the function where a call has hits in
   * its sample. The default is 0.
   *
   * @param fraction 0 to 1
   */
  public FunctionBuilder<T> verifying(double fraction) {
    return verifying(fraction, 0);
  }

  /**
   * Computes this part of the hits again and compares them, as {@link #verifying(double)} does, but
   * with a tolerance: floats may differ by {@code tolerance} times the largest magnitude in the
   * row, and zeros and NaNs by their bits. That suits engines whose last bits depend on the batch
   * size.
   *
   * @param tolerance 0 to 1; 0 is bit for bit
   */
  public FunctionBuilder<T> verifying(double fraction, double tolerance) {
    new RowChecks(fraction, tolerance, Mismatch.REPORT, 0);
    verifying.set(new Verifying(fraction, tolerance));
    return this;
  }

  /**
   * Sets what happens where {@code verifying} finds a difference. The default is {@code REPORT}.
   */
  public FunctionBuilder<T> onMismatch(Mismatch value) {
    onMismatch.set(value);
    return this;
  }

  /**
   * Sets whether the first batch of two rows or more that the function computes is probed: the
   * function is called once more, with one of those rows alone, and refused by name ({@link
   * io.tensorcache.error.FunctionContractException}) if that row differs by more than 0.01 times
   * the largest magnitude in it, or if it throws. So rows that depend on each other, and a batch
   * that is not the first axis, are found before anything is stored. It costs one row, once for
   * each function in a cache. The default is {@code true}; a function of {@code Granularity.WHOLE}
   * is never probed.
   */
  public FunctionBuilder<T> probing(boolean value) {
    probing.set(value ? RowChecks.PROBE_TOLERANCE : -1);
    return this;
  }

  /**
   * Probes the first batch with another tolerance than 0.01; see {@link #probing(boolean)}.
   *
   * @param tolerance 0 to 1; 0 is bit for bit
   */
  public FunctionBuilder<T> probing(double tolerance) {
    RowChecks.checkTolerance("probing", tolerance);
    probing.set(tolerance);
    return this;
  }

  private RowChecks checks() {
    Verifying verified = verifying.or(new Verifying(0, 0));
    if (onMismatch.orNull() != null && verified.fraction() == 0) {
      throw new IllegalStateException(
          "onMismatch(" + onMismatch.orNull() + ") without verifying(...)");
    }
    return new RowChecks(
        verified.fraction(),
        verified.tolerance(),
        onMismatch.or(Mismatch.REPORT),
        probing.or(RowChecks.PROBE_TOLERANCE));
  }

  /**
   * Returns the cached form of a function from one tensor to one tensor.
   *
   * @throws IllegalStateException if this name is in use with other settings, or if it is
   *     persisting and the cache has no store
   */
  public CachedFunction<T> wrap(TensorFunction<T> function) {
    Objects.requireNonNull(function, "function is null: there is nothing to compute with");
    return wrapped(new OfOneTensor<>(function));
  }

  /**
   * Returns the cached form of an operation on several tensors and arguments.
   *
   * @throws IllegalStateException if this name is in use with other settings, an option has no
   *     effect, or it is persisting and the cache has no store
   */
  public CachedFunction<T> wrapOperation(TensorOperation<T> operation) {
    Objects.requireNonNull(operation, "operation is null: there is nothing to compute with");
    return wrapped(new OfInputs<>(operation));
  }

  private CachedFunction<T> wrapped(NamedOperation<T> operation) {
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
            persisting.or(false),
            checks());
    FunctionState state = functions.open(name, settings);
    SourceWatch watch =
        new SourceWatch(functions.state(), state, source(settings), recheck.or(Recheck.ON_REQUEST));
    return new CachedFunction<>(new WrappedFunction<>(functions, state, watch, adapter, operation));
  }

  /**
   * What persists may be found by a program that stores otherwise, and must not serve it rounded
   * values.
   */
  private WatchedSource source(FunctionSettings settings) {
    boolean isRounded = settings.persisting() && settings.storeAs() != null;
    return new Watched(
        name, isRounded ? fingerprint.and("stored as " + settings.storeAs()) : fingerprint);
  }

  /** The source as it is seen below the face. */
  private record Watched(String function, FingerprintSource source) implements WatchedSource {
    @Override
    public ComputationDigest current() {
      return given(source.current());
    }

    @Override
    public Sightings sightings() {
      return source.sightings();
    }

    @Override
    public ComputationDigest recheck() {
      return given(source.recheck());
    }

    @Override
    public void release() {
      source.release();
    }

    private ComputationDigest given(Fingerprint fingerprint) {
      Objects.requireNonNull(
          fingerprint,
          () -> "function \"" + function + "\": its source gives null as a fingerprint");
      return fingerprint.computation();
    }
  }

  /** A function from one tensor to one tensor, as an operation. */
  private record OfOneTensor<T>(TensorFunction<T> code) implements NamedOperation<T> {
    @Override
    public NamedTensors<T> apply(NamedTensors<T> inputs) throws Exception {
      T output = code.apply(inputs.first());
      return output == null ? NamedTensors.none() : NamedTensors.of(output);
    }
  }

  /** An operation, below the face. */
  private record OfInputs<T>(TensorOperation<T> code) implements NamedOperation<T> {
    @Override
    @SuppressWarnings("ConstantValue") // the operation is the user's: it may return null
    public @Nullable NamedTensors<T> apply(NamedTensors<T> inputs) throws Exception {
      Outputs<T> outputs = code.apply(new Inputs<>(inputs));
      return outputs == null ? null : outputs.named();
    }
  }
}
