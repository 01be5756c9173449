package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Random;

/**
 * Prints what a read and a store of a row cost beside a plain copy of the same rows in the same
 * run. Not a test: it asserts nothing. The benchmarks proper are JMH.
 */
public final class MemoryTiersSpeed {
  private static final int BATCH = 64;

  private MemoryTiersSpeed() {}

  /**
   * One line per row size, working set and tier. {@code args[0]}: seconds per line, 2 if absent.
   */
  public static void main(String[] args) {
    long nanos = (args.length > 0 ? Long.parseLong(args[0]) : 2) * 1_000_000_000L;
    System.out.println("ns per row; best of many passes over random rows into a batch of 64");
    for (int rowBytes : new int[] {2048, 102_400, 602_112}) {
      for (long working : new long[] {4L << 20, 128L << 20}) {
        int rows = (int) Math.max(4, working / rowBytes);
        measure(rowBytes, rows, true, nanos);
        measure(rowBytes, rows, false, nanos);
      }
    }
  }

  private static void measure(int rowBytes, int rows, boolean onHeap, long nanos) {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, rowBytes / 4);
    RowSchema schema = RowSchema.of(spec);
    TensorKey[] keys = new TensorKey[rows];
    Row[] values = new Row[rows];
    Random random = new Random(5);
    for (int i = 0; i < rows; i++) {
      keys[i] = new TensorKey(random.nextLong(), random.nextLong());
      values[i] = Row.of(schema, 0, new byte[][] {new byte[rowBytes]});
      random.nextBytes(values[i].payload(0));
    }
    ByteSize pool = ByteSize.ofMiB(512); // with smaller pools more entries span Ehcache's pages
    ByteSize none = ByteSize.ofBytes(0);
    CacheConfig config =
        SampleConfig.of(
            onHeap ? pool : none, onHeap ? none : pool, none, WhenFull.EVICT, Compression.NONE);
    try (MemoryTiers tiers =
        new MemoryTiers(config, null, new RecordedEvents(), new MoveTickets())) {
      long storeNanos = System.nanoTime();
      for (int i = 0; i < rows; i++) {
        tiers.store(keys[i], values[i]);
      }
      storeNanos = (System.nanoTime() - storeNanos) / rows;
      read(tiers, keys, values, storeNanos, onHeap, nanos);
    }
  }

  private static void read(
      MemoryTiers tiers,
      TensorKey[] keys,
      Row[] values,
      long storeNanos,
      boolean onHeap,
      long nanos) {
    RowSchema schema = values[0].schema();
    int rowBytes = (int) schema.byteCount();
    ByteBuffer batch = ByteBuffer.allocateDirect(BATCH * rowBytes);
    RowTarget target = new RowTarget(schema, new ByteBuffer[] {batch});
    int[] order = new Random(6).ints(Math.max(keys.length, 256), 0, keys.length).toArray();
    double best = Double.MAX_VALUE;
    double copy = Double.MAX_VALUE;
    long end = System.nanoTime() + nanos;
    for (int pass = 0; pass < 3 || System.nanoTime() < end; pass++) {
      long start = System.nanoTime();
      for (int i = 0; i < order.length; i++) {
        batch.put((i % BATCH) * rowBytes, values[order[i]].payload(0));
      }
      copy = Math.min(copy, (System.nanoTime() - start) / (double) order.length);
      start = System.nanoTime();
      for (int i = 0; i < order.length; i++) {
        if (!tiers.read(keys[order[i]], target.at(0, (i % BATCH) * rowBytes)).isHit()) {
          throw new AssertionError("row " + i);
        }
      }
      best = Math.min(best, (System.nanoTime() - start) / (double) order.length);
    }
    System.out.printf(
        Locale.ROOT,
        "%7d B, %6d rows, %-8s read %8.0f, copy %8.0f, ratio %.2f, first store %d%n",
        rowBytes,
        keys.length,
        onHeap ? "heap" : "off-heap",
        best,
        copy,
        best / copy,
        storeNanos);
  }
}
