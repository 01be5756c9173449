package io.tensorcache.benchmarks.policy;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;

/** A trace through a heap tier, one call for each look-up. Confined to one thread. */
final class TierRun implements AutoCloseable {
  /** A row has so many bytes a unit of weight; what the tier adds to each is measured. */
  private static final int UNIT_BYTES = 512;

  private static final int MEASURED_ROWS = 100;

  private final Trace trace;
  private final TensorCache cache;
  private final CachedFunction<HostTensor> function;
  private long computed;

  TierRun(Trace trace, WhenFull whenFull) {
    this(trace, whenFull, trace.tierUnits() * bytesOfUnit(trace));
  }

  private TierRun(Trace trace, WhenFull whenFull, long tierBytes) {
    this.trace = trace;
    this.cache =
        TensorCache.builder("policy").heap(ByteSize.ofBytes(tierBytes)).whenFull(whenFull).build();
    this.function =
        cache
            .function("row", Fingerprint.version("1"), HostTensor.adapter())
            .granularity(Granularity.WHOLE) // rows of a batch have one size
            .wrap(this::compute);
  }

  private HostTensor compute(HostTensor id) {
    computed++;
    int units = trace.weights()[(int) id.longs()[0]];
    return HostTensor.zeros(TensorSpec.of(DType.UINT8, (long) units * UNIT_BYTES));
  }

  /** What the tier counts for a row of the mean size, for each of its units. */
  private static long bytesOfUnit(Trace trace) {
    int rows = Math.min(MEASURED_ROWS, trace.weights().length);
    try (TierRun run = new TierRun(trace, WhenFull.KEEP_FIRST, 1L << 30)) {
      long units = 0;
      for (int id = 0; id < rows; id++) {
        run.lookUp(id);
        units += trace.weights()[id];
      }
      return run.cache.stats().tiers().get(0).bytes().bytes() / units;
    }
  }

  private void lookUp(int id) {
    function.apply(HostTensor.ofLongs(new long[] {id}, 1));
  }

  /** How many of the look-ups that count are hits. */
  int hits() {
    for (int i = 0; i < trace.from(); i++) {
      lookUp(trace.ids()[i]);
    }
    long before = computed;
    for (int i = trace.from(); i < trace.ids().length; i++) {
      lookUp(trace.ids()[i]);
    }
    return (int) (trace.counted() - (computed - before));
  }

  @Override
  public void close() {
    cache.close();
  }
}
