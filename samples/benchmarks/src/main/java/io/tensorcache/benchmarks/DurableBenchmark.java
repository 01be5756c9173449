package io.tensorcache.benchmarks;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.durable.DurableStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A row from the durable store, verified, to its place in a reused batch of 32, in random order,
 * one thread, warm page cache. Beside it a plain {@code pread} of as many bytes and others that
 * keep the same rows. Dense floats, on which LZ4 gains nothing, and for {@code storeLz4} the output
 * of a ReLU with three of four values 0.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(DurableBenchmark.ROWS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g", "-XX:MaxDirectMemorySize=1g"})
public class DurableBenchmark extends DurableStores {
  static final int ROWS = 32;

  private final SplittableRandom random = new SplittableRandom(1);
  private final int[] next = new int[ROWS];
  private int stored;
  private ByteBuffer batch;
  private RowTarget target;

  /** Stores 64 MiB of rows everywhere. */
  @Setup
  public void fill() throws IOException {
    stored = Math.max(96, (64 << 20) / rowBytes);
    openPeers();
    batch = aligned(ROWS * rowBytes);
    target = new RowTarget(DurableRows.schema(rowBytes), new ByteBuffer[] {batch});
    for (int i = 0; i < stored; i++) {
      byte[] row = DurableRows.payload(i, rowBytes, false);
      plainStore.store(DurableRows.key(i), DurableRows.row(row), DurableRows.PROVENANCE);
      byte[] relu = DurableRows.payload(i, rowBytes, true);
      lz4Store.store(DurableRows.key(i), DurableRows.row(relu), DurableRows.PROVENANCE);
      peers.putPlain(i, ByteBuffer.wrap(row));
      peers.putFile(i, row);
      peers.putEhcache(i, row);
      peers.putMvStore(i, row);
    }
    peers.commit();
    if (!plainStore.flush() || !lz4Store.flush()) {
      throw new IllegalStateException("rows were not stored");
    }
  }

  private int[] step() {
    for (int i = 0; i < ROWS; i++) {
      next[i] = random.nextInt(stored);
    }
    return next;
  }

  private ByteBuffer place(int i) {
    return batch.clear().limit((i + 1) * rowBytes).position(i * rowBytes);
  }

  private ByteBuffer read(DurableStore store) {
    int[] rows = step();
    for (int i = 0; i < ROWS; i++) {
      Lookup found = store.read(DurableRows.key(rows[i]), target.at(0, i * rowBytes));
      if (found != Lookup.DURABLE_HIT) {
        throw new IllegalStateException("row " + rows[i] + ": " + found);
      }
    }
    return batch;
  }

  /** The durable store. */
  @Benchmark
  public ByteBuffer store() {
    return read(plainStore);
  }

  /** The durable store with LZ4. */
  @Benchmark
  public ByteBuffer storeLz4() {
    return read(lz4Store);
  }

  /** As many bytes out of a plain file. */
  @Benchmark
  public ByteBuffer pread() throws IOException {
    int[] rows = step();
    for (int i = 0; i < ROWS; i++) {
      peers.readPlain(rows[i], place(i));
    }
    return batch;
  }

  /** One file per entry. */
  @Benchmark
  public ByteBuffer filePerEntry() throws IOException {
    int[] rows = step();
    for (int i = 0; i < ROWS; i++) {
      peers.readFile(rows[i], place(i));
    }
    return batch;
  }

  /** Ehcache's disk tier. */
  @Benchmark
  public ByteBuffer ehcacheDisk() {
    int[] rows = step();
    for (int i = 0; i < ROWS; i++) {
      peers.readEhcache(rows[i], place(i));
    }
    return batch;
  }

  /** H2's MVStore. */
  @Benchmark
  public ByteBuffer mvStore() {
    int[] rows = step();
    for (int i = 0; i < ROWS; i++) {
      peers.readMvStore(rows[i], place(i));
    }
    return batch;
  }
}
