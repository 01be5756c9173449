package io.tensorcache.soak;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stores rows that nothing may remove, in a store that is opened again and again, and counts those
 * that were acknowledged by {@code flush()} and are computed again. Confined to one thread.
 */
final class SoakKeeper {
  private static final int ROWS = 50;

  private final Path directory;
  private final SoakCounts counts;
  private final long firstId;
  private final AtomicLong computed = new AtomicLong();
  private long acknowledged;

  SoakKeeper(Path directory, SoakCounts counts, int process) {
    this.directory = directory;
    this.counts = counts;
    this.firstId = process * 1_000_000_000L;
  }

  /** Opens, stores some rows, and closes. */
  void addSome() {
    try (TensorCache cache = open()) {
      CachedFunction<HostTensor> kept = kept(cache);
      for (int batch = 0; batch < 5; batch++) {
        check(kept, acknowledged, ROWS);
        if (!cache.flush()) {
          return;
        }
        acknowledged += ROWS;
      }
    }
  }

  /** Asks for all that were acknowledged; returns how many were lost. */
  long lost() {
    try (TensorCache cache = open()) {
      CachedFunction<HostTensor> kept = kept(cache);
      computed.set(0);
      for (long id = 0; id < acknowledged; id += ROWS) {
        check(kept, id, ROWS);
      }
      return computed.get();
    }
  }

  long acknowledged() {
    return acknowledged;
  }

  private TensorCache open() {
    return TensorCache.builder("kept")
        .heap(ByteSize.ofKiB(16))
        .listener(failure -> counts.event("kept: " + failure.getClass().getSimpleName()))
        .store(store -> store.directory(directory).segment(ByteSize.ofKiB(64)))
        .build();
  }

  private CachedFunction<HostTensor> kept(TensorCache cache) {
    return cache
        .function("kept", Fingerprint.version("1"), HostTensor.adapter())
        .persisting(true)
        .wrap(
            input -> {
              long[] ids = input.longs();
              computed.addAndGet(ids.length);
              long[] values = new long[ids.length];
              for (int i = 0; i < ids.length; i++) {
                values[i] = SoakValues.value(77, 0, ids[i], 0);
              }
              return HostTensor.ofLongs(values, ids.length, 1);
            });
  }

  private void check(CachedFunction<HostTensor> kept, long from, int rows) {
    long[] ids = new long[rows];
    for (int i = 0; i < rows; i++) {
      ids[i] = firstId + from + i;
    }
    long[] values = kept.apply(HostTensor.ofLongs(ids, rows, 1)).longs();
    for (int i = 0; i < rows; i++) {
      if (values[i] != SoakValues.value(77, 0, ids[i], 0)) {
        counts.wrong("kept row " + ids[i]);
      }
    }
    counts.lookUps.add(rows);
  }
}
