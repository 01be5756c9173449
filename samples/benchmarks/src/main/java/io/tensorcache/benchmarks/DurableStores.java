package io.tensorcache.benchmarks;

import io.tensorcache.TensorCache;
import io.tensorcache.config.Compression;
import io.tensorcache.internal.durable.DurableStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Two durable stores, one of them with LZ4, and what they are measured beside. */
@State(Scope.Benchmark)
public abstract class DurableStores {
  private static final int PAGE = 4096;

  /** Bytes of a row. */
  @Param({"2048", "102400", "602112"})
  public int rowBytes;

  final BenchDirectory directory = new BenchDirectory();
  final DurableStore plainStore = DurableRows.open(directory.resolve("store"), Compression.NONE);
  final DurableStore lz4Store = DurableRows.open(directory.resolve("lz4"), Compression.LZ4);
  DiskPeers peers;

  /** Opens what the stores are measured beside; each benchmark's own set-up begins with it. */
  final void openPeers() throws IOException {
    TensorCache.builder("any").build().close(); // loads the native library, as every cache does
    peers = new DiskPeers(directory.resolve("peers"), rowBytes);
  }

  /** Proves that nothing was declined, and deletes the files. */
  @TearDown
  public void closeAll() throws IOException {
    if (plainStore.use().declined() + lz4Store.use().declined() > 0) {
      throw new IllegalStateException("declined: " + plainStore.use() + lz4Store.use());
    }
    plainStore.close();
    lz4Store.close();
    peers.close();
    directory.close();
  }

  /**
   * Memory that starts at a page. On some processors (AMD Zen 3) the kernel copies five to eight
   * times slower to an address that is 1 to 31 bytes ahead of the source's within its page, and
   * that is where the C library's large blocks begin: a plain read of aligned rows into one would
   * measure that.
   */
  static ByteBuffer aligned(int bytes) {
    return ByteBuffer.allocateDirect(bytes + PAGE).alignedSlice(PAGE);
  }
}
