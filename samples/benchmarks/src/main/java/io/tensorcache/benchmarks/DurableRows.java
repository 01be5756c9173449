package io.tensorcache.benchmarks;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.DurableEvents;
import io.tensorcache.internal.durable.DurableStore;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Rows of float32 of a given size, and a durable store with default settings for them. */
final class DurableRows {
  static final Provenance PROVENANCE = new Provenance("benchmark", 1, 2);

  private DurableRows() {}

  static TensorKey key(long number) {
    SplittableRandom random = new SplittableRandom(number);
    return new TensorKey(random.nextLong(), random.nextLong());
  }

  static RowSchema schema(int rowBytes) {
    return RowSchema.of(TensorSpec.of(DType.FLOAT32, rowBytes / 4));
  }

  /** Dense noise, or with {@code relu} the output of a ReLU: three of four values are 0. */
  static byte[] payload(long number, int rowBytes, boolean relu) {
    SplittableRandom random = new SplittableRandom(~number);
    byte[] payload = new byte[rowBytes];
    random.nextBytes(payload);
    for (int i = 0; relu && i < rowBytes; i += 4) {
      if (random.nextInt(4) != 0) {
        Arrays.fill(payload, i, i + 4, (byte) 0);
      }
    }
    return payload;
  }

  static Row row(byte[] payload) {
    return Row.of(schema(payload.length), 0, new byte[][] {payload});
  }

  static DurableStore open(Path directory, Compression compression) {
    StoreConfig config =
        new StoreConfig(
            null,
            ByteSize.ofGiB(4),
            WhenFull.EVICT,
            SyncPolicy.INTERVAL,
            Duration.ofSeconds(1),
            compression,
            ByteSize.ofMiB(64),
            WhenBusy.WAIT,
            ByteSize.ofMiB(256),
            null);
    return DurableStore.open(directory, "rows", config, new Failing(), InstantSource.system());
  }

  /** A benchmark in which something goes wrong measures nothing. */
  private static final class Failing implements DurableEvents {
    @Override
    public void failed(TensorCacheException failure) {
      throw failure;
    }

    @Override
    public void evicted(long entries) {}
  }
}
