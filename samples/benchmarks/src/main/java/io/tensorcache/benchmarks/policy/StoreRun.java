package io.tensorcache.benchmarks.policy;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.SplittableRandom;

/**
 * Shuffled epochs of a function that persists, through a store that does not hold all of its rows,
 * below a heap tier that holds none. Confined to one thread.
 */
final class StoreRun implements AutoCloseable {
  private static final int FITS = 2_000; // rows
  private static final int ROW_BYTES = 2_048;
  private static final int STORED_ROW = 2_208; // with its head and its place in the index

  private final int rows;
  private final TensorCache cache;
  private final CachedFunction<HostTensor> function;
  private final SplittableRandom random = new SplittableRandom(12);

  StoreRun(WhenFull whenFull, double ratio) {
    this.rows = (int) (ratio * FITS);
    this.cache =
        TensorCache.builder("store")
            .heap(ByteSize.ofKiB(1))
            .store(
                store ->
                    store
                        .limit(ByteSize.ofBytes((long) FITS * STORED_ROW))
                        .compression(Compression.NONE)
                        .whenFull(whenFull))
            .build();
    this.function =
        cache
            .function("row", Fingerprint.version("1"), HostTensor.adapter())
            .probing(false)
            .persisting(true)
            .wrap(ids -> HostTensor.zeros(TensorSpec.of(DType.UINT8, 1, ROW_BYTES)));
  }

  /** Runs so many epochs, and two before that are not counted. */
  Served run(int epochs) {
    epoch();
    epoch();
    return Served.in(cache, Tier.DURABLE, epochs, rows, this::epoch);
  }

  private void epoch() {
    for (int id : Traces.shuffled(0, rows, random)) {
      function.apply(HostTensor.ofLongs(new long[] {id}, 1, 1));
    }
    cache.flush();
  }

  @Override
  public void close() {
    cache.close();
  }
}
