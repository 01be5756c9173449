package io.tensorcache.benchmarks;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.TensorCacheBuilder;
import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * A hit, per row of a batch of 32: keys of the inputs (256 float32 a row), look-up, a fresh result.
 * Against a copy of the same rows from a table to a reused buffer, and to a fresh tensor as the
 * cache returns one. Dense random floats: LZ4 gains nothing on them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(HitBenchmark.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx3g", "-XX:MaxDirectMemorySize=6g"})
public class HitBenchmark {
  static final int ROWS = 32;
  private static final int STORED = 512;

  /** Bytes of an output row. */
  @Param({"2048", "102400", "602112"})
  public int rowBytes;

  private TensorCache heap = TensorCache.builder("none").build();
  private TensorCache offHeap = heap;
  private CachedFunction<HostTensor> onHeap = function(heap);
  private CachedFunction<HostTensor> onOffHeap = onHeap;
  private HostTensor table = HostTensor.zeros(TensorSpec.of(DType.FLOAT32, 0));
  private final HostTensor[] batches = new HostTensor[STORED / ROWS];
  private ByteBuffer reused = ByteBuffer.allocateDirect(0);
  private int next;

  /** Stores 512 rows in each cache. */
  @Setup
  public void fill() {
    heap = TensorCache.builder("heap").heap(ByteSize.ofBytes((long) STORED * rowBytes)).build();
    TensorCacheBuilder large = TensorCache.builder("off-heap");
    offHeap = large.offHeap(ByteSize.ofBytes(Math.max(64L << 20, 2L * STORED * rowBytes))).build();
    table = random(STORED, rowBytes / 4);
    onHeap = function(heap);
    onOffHeap = function(offHeap);
    reused = ByteBuffer.allocateDirect(ROWS * rowBytes);
    for (int i = 0; i < batches.length; i++) {
      batches[i] = random(ROWS, 256);
      next = i;
      onHeap.apply(batches[i]);
      onOffHeap.apply(batches[i]);
    }
  }

  private CachedFunction<HostTensor> function(TensorCache cache) {
    return cache.wrap("rows", Fingerprint.version("1"), HostTensor.adapter(), x -> rows(next));
  }

  private static HostTensor random(int rows, int columns) {
    Random random = new Random(rows + columns);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return HostTensor.ofFloats(values, rows, columns);
  }

  private HostTensor rows(int batch) {
    HostTensor result = HostTensor.zeros(TensorSpec.of(DType.FLOAT32, ROWS, rowBytes / 4));
    copyRows(batch, result.bytes());
    return result;
  }

  private void copyRows(int batch, ByteBuffer target) {
    ByteBuffer source = table.bytes();
    for (int row = 0; row < ROWS; row++) {
      target.put(row * rowBytes, source, (batch * ROWS + row) * rowBytes, rowBytes);
    }
  }

  private int step() {
    next = (next + 1) % batches.length;
    return next;
  }

  /** Frees the caches. */
  @TearDown
  public void close() {
    if (heap.stats().rowsComputed() != STORED || offHeap.stats().rowsComputed() != STORED) {
      throw new IllegalStateException(
          "rows were computed in a benchmark of hits:\n" + heap.stats() + "\n" + offHeap.stats());
    }
    heap.close();
    offHeap.close();
  }

  /** The same rows from a table to a reused buffer. */
  @Benchmark
  public ByteBuffer memcpy() {
    copyRows(step(), reused);
    return reused;
  }

  /** The same rows from a table to a fresh tensor. */
  @Benchmark
  public HostTensor memcpyToFreshTensor() {
    return rows(step());
  }

  /** From the heap tier. */
  @Benchmark
  public HostTensor heap() {
    return onHeap.apply(batches[step()]);
  }

  /** From the off-heap tier. */
  @Benchmark
  public HostTensor offHeap() {
    return onOffHeap.apply(batches[step()]);
  }
}
