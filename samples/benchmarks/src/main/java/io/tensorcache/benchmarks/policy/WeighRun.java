package io.tensorcache.benchmarks.policy;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Weigh;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Shuffled epochs of two functions, of which one takes a tenth of a millisecond for a row and the
 * other next to nothing, through a heap tier that holds half of the rows. Confined to one thread.
 */
final class WeighRun implements AutoCloseable {
  private static final int ROWS = 2_000; // of each function
  private static final int ROW_BYTES = 2_048;
  private static final long COSTLY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final TensorCache cache;
  private final CachedFunction<HostTensor> costly;
  private final CachedFunction<HostTensor> cheap;
  private final SplittableRandom random = new SplittableRandom(11);

  WeighRun(Weigh weigh) {
    this.cache =
        TensorCache.builder("weighed")
            .heap(ByteSize.ofBytes((long) ROWS * (ROW_BYTES + 256)))
            .weigh(weigh)
            .build();
    this.costly = function("costly", COSTLY_NANOS);
    this.cheap = function("cheap", 0);
  }

  private CachedFunction<HostTensor> function(String name, long nanos) {
    return cache
        .function(name, Fingerprint.version("1"), HostTensor.adapter())
        .probing(false)
        .wrap(
            ids -> {
              long start = System.nanoTime();
              HostTensor rows = HostTensor.zeros(TensorSpec.of(DType.UINT8, 1, ROW_BYTES));
              while (System.nanoTime() - start < nanos) {
                Thread.onSpinWait();
              }
              return rows;
            });
  }

  /** Of the computing time of so many epochs, the share that was saved; two before do not count. */
  double percentSaved(int epochs) {
    epoch();
    epoch();
    long before = costlyComputed();
    for (int epoch = 0; epoch < epochs; epoch++) {
      epoch();
    }
    return 100 - 100.0 * (costlyComputed() - before) / ((double) epochs * ROWS);
  }

  private void epoch() {
    for (int id : Traces.shuffled(0, 2 * ROWS, random)) {
      (id < ROWS ? costly : cheap).apply(HostTensor.ofLongs(new long[] {id}, 1, 1));
    }
  }

  /** The others take nothing that counts. */
  private long costlyComputed() {
    return cache.stats().functions().stream()
        .filter(function -> function.name().equals("costly"))
        .findFirst()
        .orElseThrow()
        .rowsComputed();
  }

  @Override
  public void close() {
    cache.close();
  }
}
