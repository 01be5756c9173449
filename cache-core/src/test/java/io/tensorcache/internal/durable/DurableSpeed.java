package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Prints what a read from the warm page cache costs beside a plain pread of as many bytes in the
 * same run, what a store takes from the caller, and bytes on disk. Not a test: it asserts nothing.
 */
public final class DurableSpeed {
  private static final int BATCH = 64;

  private DurableSpeed() {}

  /** {@code args[0]}: where; {@code args[1]}: seconds per line, 2 if absent. */
  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory(Path.of(args[0]), "durable-speed");
    long nanos = (args.length > 1 ? Long.parseLong(args[1]) : 2) * 1_000_000_000L;
    for (Compression compression : Compression.values()) {
      for (int rowBytes : new int[] {2048, 102_400, 602_112}) {
        Path place = directory.resolve(compression + "-" + rowBytes);
        measure(place, rowBytes, compression, nanos);
        try (var files = Files.walk(place)) {
          for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }
    Files.delete(directory);
  }

  private static void measure(Path place, int rowBytes, Compression compression, long nanos)
      throws IOException {
    int rows = (int) Math.max(64, (96L << 20) / rowBytes);
    RowSchema schema = RowSchema.of(TensorSpec.of(DType.FLOAT32, rowBytes / 4));
    TensorKey[] keys = new TensorKey[rows];
    Row[] values = new Row[rows];
    Random random = new Random(5);
    for (int i = 0; i < rows; i++) {
      keys[i] = new TensorKey(random.nextLong(), random.nextLong());
      values[i] = Row.of(schema, 0, new byte[][] {payload(random, rowBytes, compression)});
    }
    DurableSettings settings =
        new DurableSettings(
            ByteSize.ofGiB(8),
            WhenFull.EVICT,
            SyncPolicy.INTERVAL,
            Duration.ofSeconds(1),
            compression,
            ByteSize.ofMiB(256),
            WhenBusy.WAIT,
            ByteSize.ofMiB(256),
            null);
    Provenance of = new Provenance("speed", 1, 1);
    DurableFixture.Events events = new DurableFixture.Events();
    try (DurableStore store = DurableStore.open(place, "rows", settings, events)) {
      long[] each = new long[rows];
      long start = System.nanoTime();
      for (int i = 0; i < rows; i++) {
        long begin = System.nanoTime();
        store.store(keys[i], values[i], of);
        each[i] = System.nanoTime() - begin;
      }
      store.flush();
      double all = (System.nanoTime() - start) / 1e9;
      Arrays.sort(each);
      DurableUse use = store.use();
      System.out.printf(
          "%-4s %6d B: store takes %.2f us (median), %.1f (99 %%); %.2f GB/s written;"
              + " %.1f B on disk a row, amplification %.3f%n",
          compression,
          rowBytes,
          each[rows / 2] / 1e3,
          each[rows * 99 / 100] / 1e3,
          (double) rows * rowBytes / all / 1e9,
          (double) use.byteCount() / rows,
          (double) use.writtenBytes() / rows / rowBytes);
      read(store, place, schema, keys, nanos);
    }
  }

  /** Dense noise, or the output of a ReLU: three of four values are 0. */
  private static byte[] payload(Random random, int bytes, Compression compression) {
    byte[] payload = new byte[bytes];
    random.nextBytes(payload);
    if (compression == Compression.LZ4) {
      for (int i = 0; i < bytes; i += 4) {
        if (random.nextInt(4) != 0) {
          Arrays.fill(payload, i, i + 4, (byte) 0);
        }
      }
    }
    return payload;
  }

  private static void read(
      DurableStore store, Path place, RowSchema schema, TensorKey[] keys, long nanos)
      throws IOException {
    int rowBytes = (int) schema.byteCount();
    ByteBuffer batch = ByteBuffer.allocateDirect(BATCH * rowBytes);
    RowTarget target = new RowTarget(schema, new ByteBuffer[] {batch});
    int[] order = new Random(6).ints(Math.max(keys.length, 256), 0, keys.length).toArray();
    Path file = DurableFixture.files(place, SegmentName.SEGMENT).get(0);
    List<TensorKey> some = Arrays.stream(order, 0, BATCH).mapToObj(i -> keys[i]).toList();
    double best = Double.MAX_VALUE;
    double plain = Double.MAX_VALUE;
    double batched = Double.MAX_VALUE;
    try (FileChannel raw = FileChannel.open(file)) {
      // uncompressed rows lie one after another: the very bytes that the store reads
      double record = (raw.size() - 128.0) / keys.length;
      long last = raw.size() - rowBytes;
      long end = System.nanoTime() + nanos;
      for (int pass = 0; pass < 3 || System.nanoTime() < end; pass++) {
        long start = System.nanoTime();
        for (int i = 0; i < order.length; i++) {
          int at = i % BATCH * rowBytes;
          long from = Math.min(last, 128 + (long) (order[i] * record) + 97);
          raw.read(batch.clear().limit(at + rowBytes).position(at), from);
        }
        plain = Math.min(plain, (System.nanoTime() - start) / (double) order.length);
        start = System.nanoTime();
        for (int i = 0; i < order.length; i++) {
          if (store.read(keys[order[i]], target.at(0, i % BATCH * rowBytes)) != DurableLookup.HIT) {
            throw new AssertionError("row " + i);
          }
        }
        best = Math.min(best, (System.nanoTime() - start) / (double) order.length);
        start = System.nanoTime();
        store.readAll(
            some,
            () -> {
              RowTarget own = new RowTarget(schema, new ByteBuffer[] {batch});
              return row -> own.at(0, row * rowBytes);
            });
        batched = Math.min(batched, (System.nanoTime() - start) / (double) BATCH);
      }
    }
    System.out.printf(
        "       read %.2f us, in a batch of %d %.2f us, plain pread %.2f us, ratio %.2f%n",
        best / 1e3, BATCH, batched / 1e3, plain / 1e3, best / plain);
  }
}
