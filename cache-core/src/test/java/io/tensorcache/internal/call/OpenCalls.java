package io.tensorcache.internal.call;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.MissReason;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The functions of a cache below its face, with a source that a test changes. */
final class OpenCalls implements AutoCloseable {
  static final FunctionSettings ROWS =
      new FunctionSettings(
          HostTensor.class,
          CacheLevel.NORMAL,
          Granularity.ROWS,
          PartialMiss.COMPUTE_MISSING,
          null,
          false,
          RowChecks.DEFAULT);

  final OpenRows rows;
  final InFlight inFlight = new InFlight(Duration.ofSeconds(30));
  final Functions functions;
  final Source source = new Source();

  OpenCalls(OpenRows rows) {
    this.rows = rows;
    boolean onDevice = rows.state.config().device().bytes() > 0;
    KeyBackend backend = onDevice ? KeyBackend.AUTO : KeyBackend.JAVA;
    RowKeys keys = RowKeys.create(backend, KeyAlgorithm.TCH1, 0, null);
    this.functions = new Functions(rows.state, rows.rows, keys, inFlight);
  }

  static OpenCalls inMemory() {
    return new OpenCalls(OpenRows.inMemory(50));
  }

  /** What a test says of the computation. */
  static final class Source implements WatchedSource {
    volatile long version = 1;
    volatile Sightings seen = Sightings.NONE;
    volatile int rechecks;
    volatile boolean isReleased;

    /** Run at each recheck, as if what is found then was noticed by it. */
    Runnable onRecheck = () -> {};

    @Override
    public ComputationDigest current() {
      return ComputationDigest.of(new TensorKey(version, 5));
    }

    @Override
    public Sightings sightings() {
      return seen;
    }

    @Override
    public ComputationDigest recheck() {
      rechecks++;
      onRecheck.run();
      return current();
    }

    @Override
    public void release() {
      isReleased = true;
    }
  }

  static FunctionSettings persisting() {
    return new FunctionSettings(
        ROWS.tensorType(),
        ROWS.level(),
        ROWS.granularity(),
        ROWS.partialMiss(),
        null,
        true,
        ROWS.checks());
  }

  static FunctionSettings with(
      CacheLevel level, Granularity granularity, PartialMiss partialMiss, RowChecks checks) {
    return new FunctionSettings(
        HostTensor.class, level, granularity, partialMiss, null, false, checks);
  }

  /** A function on tensors that writes down how many rows each call gets. */
  static final class Doubling implements NamedOperation<HostTensor> {
    final List<Integer> calls = new ArrayList<>();
    UnaryOperator<float[]> change = values -> values;

    @Override
    public NamedTensors<HostTensor> apply(NamedTensors<HostTensor> inputs) {
      HostTensor x = inputs.first();
      calls.add((int) x.spec().dim(0));
      float[] values = x.floats().clone();
      for (int i = 0; i < values.length; i++) {
        values[i] *= 2;
      }
      return NamedTensors.of(HostTensor.ofFloats(change.apply(values), x.spec().shape()));
    }

    @Override
    public Object code() {
      return this;
    }
  }

  WrappedFunction<HostTensor> wrap(
      String name, FunctionSettings settings, NamedOperation<HostTensor> operation) {
    return wrap(name, settings, operation, Recheck.ON_REQUEST);
  }

  WrappedFunction<HostTensor> wrap(
      String name,
      FunctionSettings settings,
      NamedOperation<HostTensor> operation,
      Recheck recheck) {
    return wrap(name, settings, HostTensor.adapter(), operation, recheck);
  }

  <T> WrappedFunction<T> wrap(
      String name,
      FunctionSettings settings,
      TensorAdapter<T> adapter,
      NamedOperation<T> operation,
      Recheck recheck) {
    FunctionState state = functions.open(name, settings);
    SourceWatch watch = new SourceWatch(rows.state, state, source, recheck);
    return new WrappedFunction<>(functions, state, watch, adapter, operation);
  }

  /** A batch of rows of one float each. */
  static HostTensor batch(float... rows) {
    return HostTensor.ofFloats(rows, rows.length, 1);
  }

  static float[] call(WrappedFunction<HostTensor> function, float... rows) {
    return new CachedCall<>(function, NamedTensors.of(batch(rows))).outputs().first().floats();
  }

  CacheStats stats() {
    return functions.stats(new ScopeStats(0, 0, 0, 0, 0, 0, 0));
  }

  long misses(MissReason reason) {
    Map<MissReason, Long> misses = stats().missesByReason();
    return misses.getOrDefault(reason, 0L);
  }

  @Override
  public void close() {
    rows.close();
  }
}
