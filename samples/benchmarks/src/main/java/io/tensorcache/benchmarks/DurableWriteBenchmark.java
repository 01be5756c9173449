package io.tensorcache.benchmarks;

import io.tensorcache.config.Compression;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What storing a row takes from the caller, its copy out of the engine's memory included: a batch
 * of 64 rows, with nothing queued before. The store writes them on its own thread afterwards, the
 * others write while the caller waits.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(DurableWriteBenchmark.ROWS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g", "-XX:MaxDirectMemorySize=1g"})
public class DurableWriteBenchmark {
  static final int ROWS = 64;

  /** Bytes of a row. */
  @Param({"2048", "102400", "602112"})
  public int rowBytes;

  private final BenchDirectory directory = new BenchDirectory();
  private final DurableStore plainStore =
      DurableRows.open(directory.resolve("store"), Compression.NONE);
  private final DurableStore lz4Store = DurableRows.open(directory.resolve("lz4"), Compression.LZ4);
  private long next;
  private DiskPeers peers;
  private ByteBuffer dense;
  private ByteBuffer relu;

  /** Makes the rows. */
  @Setup
  public void fill() throws IOException {
    peers = new DiskPeers(directory.resolve("peers"), rowBytes);
    dense = ByteBuffer.allocateDirect(ROWS * rowBytes);
    relu = ByteBuffer.allocateDirect(ROWS * rowBytes);
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

  /** Proves that nothing was declined, and deletes the files. */
  @TearDown
  public void close() throws IOException {
    if (plainStore.use().declined() + lz4Store.use().declined() > 0) {
      throw new IllegalStateException("declined: " + plainStore.use() + lz4Store.use());
    }
    plainStore.close();
    lz4Store.close();
    peers.close();
    directory.close();
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
