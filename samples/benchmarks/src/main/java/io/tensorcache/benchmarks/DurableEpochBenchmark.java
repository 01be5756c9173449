package io.tensorcache.benchmarks;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.pytorch.PyTorch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Epochs over 1,280 rows of 100 KB in batches of 32, from the durable store alone (no row in the
 * memory of the program): as they come and prefetched, with and without a computation on each
 * batch, and with the files out of the page cache. Beside them a plain {@code pread} of the same
 * bytes, and the computation alone. And a first epoch that stores everything beside one without a
 * cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g", "-XX:MaxDirectMemorySize=2g"})
@SuppressWarnings("try") // the scopes free what is made inside
public class DurableEpochBenchmark {
  private static final int BATCHES = 40;
  private static final int ROWS = 32;
  private static final int WIDTH = 25_600;

  private final BenchDirectory directory = new BenchDirectory();
  private final List<Tensor> batches = new ArrayList<>();
  private final Tensor weights = torch.rand(256, WIDTH);
  private final Tensor left = torch.rand(384, 384);
  private final TensorCache cache = open(directory.resolve("cache"));
  private final CachedFunction<Tensor> features = wrap(cache);
  private final ByteBuffer batch = DurableStores.aligned(ROWS * WIDTH * 4);
  private FileChannel plain;
  private int firstEpochs;
  private TensorCache first; // null unless one was just filled

  private static TensorCache open(Path path) {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofBytes(0))
        .store(store -> store.directory(path).compression(Compression.NONE))
        .build();
  }

  private CachedFunction<Tensor> wrap(TensorCache in) {
    return in.function("features", Fingerprint.version("1"), PyTorch.tensors())
        .persisting(true)
        .probing(false)
        .wrap(this::backbone);
  }

  /** Some ten milliseconds. */
  private Tensor backbone(Tensor x) {
    try (PointerScope scope = new PointerScope()) {
      for (int i = 0; i < 4; i++) {
        compute();
      }
    }
    return torch.mm(x, weights);
  }

  private long compute() {
    return torch.mm(left, left).size(0);
  }

  /** One epoch to fill the store, and a file of as many bytes. */
  @Setup
  public void fill() throws IOException {
    torch.set_num_threads(1);
    for (int i = 0; i < BATCHES; i++) {
      batches.add(torch.rand(ROWS, 256));
      try (PointerScope scope = new PointerScope()) {
        features.apply(batches.get(i));
      }
    }
    cache.flush();
    plain = FileChannel.open(segments().get(0));
  }

  List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("cache/rows"))) {
      return files.filter(file -> file.toString().endsWith(".tcs")).sorted().toList();
    }
  }

  /** Proves that the epochs were served, and deletes the files. */
  @TearDown
  public void close() throws IOException {
    if (cache.stats().rowsComputed() != BATCHES * ROWS || cache.stats().failures() > 0) {
      throw new IllegalStateException("rows were computed in later epochs:\n" + cache.stats());
    }
    plain.close();
    cache.close();
    directory.close();
  }

  /** The bytes of all batches out of a file. */
  @Benchmark
  public long pread() throws IOException {
    long at = 0;
    for (int i = 0; i < BATCHES; i++) {
      batch.clear();
      while (batch.hasRemaining()) {
        at += plain.read(batch, at);
      }
    }
    return at;
  }

  /** What is done with a batch, alone. */
  @Benchmark
  public long computing() {
    long sum = 0;
    for (int i = 0; i < BATCHES; i++) {
      try (PointerScope scope = new PointerScope()) {
        sum += compute();
      }
    }
    return sum;
  }

  private long epoch(Iterable<Tensor> from, boolean computes) {
    long sum = 0;
    for (Tensor x : from) {
      try (PointerScope scope = new PointerScope()) {
        sum += features.apply(x).size(0);
        sum += computes ? compute() : 0;
      }
    }
    return sum;
  }

  /** From the store. */
  @Benchmark
  public long epoch() {
    return epoch(batches, false);
  }

  /** From the store, prefetched. */
  @Benchmark
  public long epochPrefetched() {
    return epoch(features.prefetching(batches), false);
  }

  /** From the store, and computing. */
  @Benchmark
  public long computingEpoch() {
    return epoch(batches, true);
  }

  /** From the store, prefetched, and computing. */
  @Benchmark
  public long computingEpochPrefetched() {
    return epoch(features.prefetching(batches), true);
  }

  /** From a disk that has to be read, and computing. */
  @Benchmark
  public long coldComputingEpoch(ColdFiles cold) {
    return epoch(batches, true);
  }

  /** From a disk that has to be read, prefetched, and computing. */
  @Benchmark
  public long coldComputingEpochPrefetched(ColdFiles cold) {
    return epoch(features.prefetching(batches), true);
  }

  /** A first epoch without a cache. */
  @Benchmark
  public long firstEpochUncached() {
    long sum = 0;
    for (Tensor x : batches) {
      try (PointerScope scope = new PointerScope()) {
        sum += backbone(x).size(0);
      }
    }
    return sum;
  }

  private long fillFirst() {
    first = open(directory.resolve("first-" + firstEpochs++));
    CachedFunction<Tensor> function = wrap(first);
    long sum = 0;
    for (Tensor x : batches) {
      try (PointerScope scope = new PointerScope()) {
        sum += function.apply(x).size(0);
      }
    }
    return sum;
  }

  /** Waits for what a first epoch left to be written, and removes it; not measured. */
  @TearDown(Level.Invocation)
  public void emptyFirst() {
    if (first != null) {
      first.clear();
      first.close();
      first = null;
    }
  }

  /** A first epoch into an empty store, opened for it, until the last batch is there. */
  @Benchmark
  public long firstEpochPersisting() {
    return fillFirst();
  }

  /** A first epoch into an empty store, until every row is on the disk itself. */
  @Benchmark
  public long firstEpochFlushed() {
    long sum = fillFirst();
    first.flush();
    return sum;
  }
}
