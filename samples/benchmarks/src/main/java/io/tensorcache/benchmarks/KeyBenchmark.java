package io.tensorcache.benchmarks;

import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.tensorcache.KeyBuilder;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Keys of a whole batch against a copy of its bytes, a plain read of them, and XXH3-128 of each
 * row. One thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KeyBenchmark {
  /** Images, embeddings, embeddings, small feature maps; all float32. */
  @Param({"32x3x224x224", "64x768", "256x1024", "8x4x64x32"})
  public String shape = "";

  private HostTensor batch = HostTensor.zeros(TensorSpec.of(DType.FLOAT32, 0));
  private ByteBuffer copy = ByteBuffer.allocateDirect(0);
  private byte[][] rows = {};
  private TensorView view = io.tensorcache.tensor.HostTensor.adapter().view(batch);
  private final KeyBuilder nativeKeys = new KeyBuilder().backend(KeyBackend.AUTO);
  private final KeyBuilder javaKeys = new KeyBuilder().backend(KeyBackend.JAVA);
  private final Hasher128 xxh3 = Hashing.xxh3_128();

  /** Random floats: never zeros. */
  @Setup
  public void fill() {
    long[] dims = Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, dims);
    Random random = new Random(1);
    float[] values = new float[(int) spec.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    batch = HostTensor.ofFloats(values, dims);
    view = HostTensor.adapter().view(batch);
    copy = ByteBuffer.allocateDirect((int) spec.byteCount());
    rows = new byte[(int) dims[0]][(int) spec.row().byteCount()];
    for (byte[] row : rows) {
      random.nextBytes(row);
    }
  }

  /** The yardstick: every byte read and written once. */
  @Benchmark
  public ByteBuffer memcpy() {
    return copy.clear().put(batch.bytes());
  }

  /** Every byte read once. */
  @Benchmark
  public long plainRead() {
    LongBuffer longs = batch.bytes().order(ByteOrder.nativeOrder()).asLongBuffer();
    long sum = 0;
    for (int i = 0; i < longs.limit(); i++) {
      sum += longs.get(i);
    }
    return sum;
  }

  /** The keys, by the fastest back end that is here. */
  @Benchmark
  public Object keys() {
    return nativeKeys.rowKeys(view);
  }

  /** The keys, in Java. */
  @Benchmark
  public Object javaKeys() {
    return javaKeys.rowKeys(view);
  }

  /** XXH3-128 of as many bytes, row by row, from Java arrays. */
  @Benchmark
  public long xxh3() {
    long sum = 0;
    for (byte[] row : rows) {
      sum += xxh3.hashBytesTo128Bits(row).getLeastSignificantBits();
    }
    return sum;
  }
}
