package io.tensorcache.benchmarks;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.WhenFull;
import io.tensorcache.pytorch.PyTorch;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * A hit, per row of a batch of 32 PyTorch tensors: keys of the inputs (256 float32 a row), look-up,
 * a fresh result that is freed afterwards. Against a copy of the same rows from a table to a reused
 * buffer, and against PyTorch's own gathering of them to a fresh tensor. Dense random floats: LZ4
 * gains nothing on them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(HitBenchmark.ROWS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx3g", "-XX:MaxDirectMemorySize=6g"})
@SuppressWarnings("try") // the scopes free what is made inside
public class HitBenchmark {
  static final int ROWS = 32;
  private static final int STORED = 512;

  /** Bytes of an output row. */
  @Param({"2048", "102400", "602112"})
  public int rowBytes;

  private final TensorCache heap = TensorCache.builder("heap").heap(ByteSize.ofGiB(1)).build();
  private final TensorCache recent =
      TensorCache.builder("recent").heap(ByteSize.ofGiB(1)).whenFull(WhenFull.RECENT).build();
  private final TensorCache offHeap =
      TensorCache.builder("off-heap").offHeap(ByteSize.ofGiB(1)).build();
  private final CachedFunction<Tensor> onHeap = function(heap);
  private final CachedFunction<Tensor> onRecent = function(recent);
  private final CachedFunction<Tensor> onOffHeap = function(offHeap);
  private final Tensor[] batches = new Tensor[STORED / ROWS];
  private final Tensor[] indices = new Tensor[STORED / ROWS];
  private Tensor table = torch.zeros(0);
  private ByteBuffer source = ByteBuffer.allocateDirect(0);
  private ByteBuffer reused = source;
  private int next;

  /** Stores 512 rows in each cache. One thread. */
  @Setup
  public void fill() {
    torch.set_num_threads(1);
    table = torch.rand(STORED, rowBytes / 4);
    source = new BytePointer(table.data_ptr()).capacity((long) STORED * rowBytes).asByteBuffer();
    reused = ByteBuffer.allocateDirect(ROWS * rowBytes);
    for (int i = 0; i < batches.length; i++) {
      batches[i] = torch.rand(ROWS, 256);
      indices[i] =
          torch.arange(
              new org.bytedeco.pytorch.Scalar(i * ROWS),
              new org.bytedeco.pytorch.Scalar((i + 1) * ROWS));
      next = i;
      try (PointerScope scope = new PointerScope()) {
        onHeap.apply(batches[i]);
        onRecent.apply(batches[i]);
        onOffHeap.apply(batches[i]);
      }
    }
  }

  private CachedFunction<Tensor> function(TensorCache cache) {
    return cache
        .function("rows", Fingerprint.version("1"), PyTorch.tensors())
        .probing(false) // the rows are those of a table, whatever the input
        .wrap(x -> table.index_select(0, indices[next]));
  }

  private int step() {
    next = (next + 1) % batches.length;
    return next;
  }

  /** Proves that every row was served, and frees the caches. */
  @TearDown
  public void close() {
    if (heap.stats().rowsComputed() != STORED || offHeap.stats().rowsComputed() != STORED) {
      throw new IllegalStateException(
          "rows were computed in a benchmark of hits:\n" + heap.stats() + "\n" + offHeap.stats());
    }
    heap.close();
    recent.close();
    offHeap.close();
  }

  /** Copies these rows from a table to a reused buffer. */
  @Benchmark
  public ByteBuffer memcpy() {
    int first = step() * ROWS;
    for (int row = 0; row < ROWS; row++) {
      reused.put(row * rowBytes, source, (first + row) * rowBytes, rowBytes);
    }
    return reused;
  }

  /** Copies these rows from a table to a fresh tensor, by PyTorch. */
  @Benchmark
  public long gather() {
    try (PointerScope scope = new PointerScope()) {
      return table.index_select(0, indices[step()]).size(0);
    }
  }

  /** From the heap tier. */
  @Benchmark
  public long heap() {
    try (PointerScope scope = new PointerScope()) {
      return onHeap.apply(batches[step()]).size(0);
    }
  }

  /** From a heap tier that does not count how often rows are asked for. */
  @Benchmark
  public long heapRecent() {
    try (PointerScope scope = new PointerScope()) {
      return onRecent.apply(batches[step()]).size(0);
    }
  }

  /** From the off-heap tier. */
  @Benchmark
  public long offHeap() {
    try (PointerScope scope = new PointerScope()) {
      return onOffHeap.apply(batches[step()]).size(0);
    }
  }
}
