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
 * Shuffled epochs through three tiers that hold a tenth, a fifth and two fifths of the rows, the
 * disk tier as small as it may be. Confined to one thread.
 */
final class StackRun implements AutoCloseable {
  private static final int ROWS = 9_300;
  private static final int ROW_BYTES = 3_800; // with its heads just below a power of two
  private static final int HEAP_ROW = ROW_BYTES + 256;
  private static final int OFF_HEAP_ROW = 4_200;

  private final TensorCache cache;
  private final CachedFunction<HostTensor> function;
  private final SplittableRandom random = new SplittableRandom(10);

  StackRun(WhenFull whenFull) {
    this.cache =
        TensorCache.builder("stack")
            .heap(ByteSize.ofBytes(ROWS / 10L * HEAP_ROW))
            .offHeap(ByteSize.ofBytes(ROWS / 5L * OFF_HEAP_ROW))
            .disk(ByteSize.ofMiB(16))
            .compression(Compression.NONE)
            .whenFull(whenFull)
            .build();
    this.function =
        cache
            .function("row", Fingerprint.version("1"), HostTensor.adapter())
            .probing(false)
            .wrap(ids -> HostTensor.zeros(TensorSpec.of(DType.UINT8, 1, ROW_BYTES)));
  }

  /** Runs so many epochs, and one before that is not counted. */
  Served run(int epochs) {
    epoch();
    return Served.in(cache, Tier.DISK, epochs, ROWS, this::epoch);
  }

  private void epoch() {
    for (int id : Traces.shuffled(0, ROWS, random)) {
      function.apply(HostTensor.ofLongs(new long[] {id}, 1, 1));
    }
  }

  @Override
  public void close() {
    cache.close();
  }
}
