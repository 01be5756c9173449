package io.tensorcache.benchmarks;

import io.tensorcache.internal.durable.DurableStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What storing a row takes from the caller, its copy out of the engine's memory included: a batch
 * of 64 rows, with nothing queued before. The store writes them on its own thread afterwards, the
 * others write while the caller waits.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(DurableWriteBenchmark.ROWS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g", "-XX:MaxDirectMemorySize=1g"})
public class DurableWriteBenchmark extends DurableStores {
  static final int ROWS = 64;

  private long next;
  private ByteBuffer dense;
  private ByteBuffer relu;

  /** Makes the rows. */
  @Setup
  public void fill() throws IOException {
    openPeers();
    dense = aligned(ROWS * rowBytes);
    relu = aligned(ROWS * rowBytes);
    for (int i = 0; i < ROWS; i++) {
      dense.put(i * rowBytes, DurableRows.payload(i, rowBytes, false));
      relu.put(i * rowBytes, DurableRows.payload(i, rowBytes, true));
    }
  }

  /** Other keys, and nothing waits to be written; the peers write over the same rows. */
  @Setup(Level.Invocation)
  public void drain() {
    next += ROWS;
    plainStore.flush();
    lz4Store.flush();
  }

  private byte[] copy(ByteBuffer batch, int i) {
    byte[] row = new byte[rowBytes];
    batch.get(i * rowBytes, row);
    return row;
  }

  private long write(DurableStore store, ByteBuffer batch) {
    for (int i = 0; i < ROWS; i++) {
      store.store(
          DurableRows.key(next + i), DurableRows.row(copy(batch, i)), DurableRows.PROVENANCE);
    }
    return next;
  }

  /** The durable store. */
  @Benchmark
  public long store() {
    return write(plainStore, dense);
  }

  /** The durable store with LZ4. */
  @Benchmark
  public long storeLz4() {
    return write(lz4Store, relu);
  }

  /** Writes to a plain file. */
  @Benchmark
  public long pwrite() throws IOException {
    for (int i = 0; i < ROWS; i++) {
      peers.putPlain(i, dense.slice(i * rowBytes, rowBytes));
    }
    return next;
  }

  /** One file per entry. */
  @Benchmark
  public long filePerEntry() throws IOException {
    for (int i = 0; i < ROWS; i++) {
      peers.putFile(i, copy(dense, i));
    }
    return next;
  }

  /** Ehcache's disk tier. */
  @Benchmark
  public long ehcacheDisk() {
    for (int i = 0; i < ROWS; i++) {
      peers.putEhcache(i, copy(dense, i));
    }
    return next;
  }

  /** H2's MVStore. */
  @Benchmark
  public long mvStore() {
    for (int i = 0; i < ROWS; i++) {
      peers.putMvStore(i, copy(dense, i));
    }
    peers.commit();
    return next;
  }
}
