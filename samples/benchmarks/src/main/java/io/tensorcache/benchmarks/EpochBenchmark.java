package io.tensorcache.benchmarks;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
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
 * A later epoch of training a linear head: 1,408 images {@code float32[1, 32, 32]} in shuffled
 * batches of 64, features {@code float32[512]}, Adam. From a table of features kept by hand and
 * indexed by sample number, from the cache, and with nothing but the images taken (what the table
 * spares the reader of images is not the cache's cost).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EpochBenchmark {
  private static final int IMAGES = 1_408;
  private static final int BATCH = 64;
  private static final int FEATURES = 512;

  private final Tensor images = torch.rand(IMAGES, 1, 32, 32);
  private final Tensor table = torch.rand(IMAGES, FEATURES);
  private final Tensor labels = torch.randint(10, new long[] {IMAGES});
  private final TensorCache cache = TensorCache.builder("epoch").heap(ByteSize.ofMiB(64)).build();
  private final CachedFunction<Tensor> features =
      cache
          .function("features", Fingerprint.version("1"), PyTorch.tensors())
          .probing(false) // the rows are those of a table, whatever the input
          .wrap(this::rowsOfTable);
  private final LinearImpl head = new LinearImpl(FEATURES, 10);
  private final Adam optimizer = new Adam(head.parameters(), new AdamOptions(1e-3));
  private final Random random = new Random(1);
  private long[][] order = {};
  private Tensor current = labels;

  private Tensor rowsOfTable(Tensor batch) {
    return table.index_select(0, current);
  }

  /** Fills the cache. One thread, as the sample does. */
  @Setup
  public void fill() throws Exception {
    torch.set_num_threads(1);
    shuffle();
    cachedEpoch();
  }

  /** Another order for each epoch. */
  @Setup(Level.Iteration)
  public void shuffle() {
    long[] all = random.longs(0, IMAGES).distinct().limit(IMAGES).toArray();
    order = new long[IMAGES / BATCH][];
    for (int i = 0; i < order.length; i++) {
      order[i] = java.util.Arrays.copyOfRange(all, i * BATCH, (i + 1) * BATCH);
    }
  }

  /** Proves that the epochs were served. */
  @TearDown
  public void close() {
    if (cache.stats().rowsComputed() != IMAGES) {
      throw new IllegalStateException("rows were computed in later epochs:\n" + cache.stats());
    }
    cache.close();
  }

  private float step(Tensor rows, Tensor wanted) {
    optimizer.zero_grad();
    Tensor loss = torch.cross_entropy_loss(head.forward(rows), wanted);
    loss.backward();
    optimizer.step();
    return loss.item_float();
  }

  /** Features by sample number. */
  @Benchmark
  @SuppressWarnings("try") // the scope frees what a step makes
  public float tableEpoch() {
    float loss = 0;
    for (long[] rows : order) {
      try (PointerScope step = new PointerScope()) {
        Tensor index = torch.tensor(rows);
        loss += step(table.index_select(0, index), labels.index_select(0, index));
      }
    }
    return loss;
  }

  /**
   * Features by sample number, and the images read as a program without a table of features reads
   * them.
   */
  @Benchmark
  @SuppressWarnings("try") // the scope frees what a step makes
  public float tableEpochWithImages() {
    float loss = 0;
    for (long[] rows : order) {
      try (PointerScope step = new PointerScope()) {
        Tensor index = torch.tensor(rows);
        loss += images.index_select(0, index).size(0);
        loss += step(table.index_select(0, index), labels.index_select(0, index));
      }
    }
    return loss;
  }

  /** Features from the cache, by image. */
  @Benchmark
  @SuppressWarnings("try") // the scope frees what a step makes
  public float cachedEpoch() {
    float loss = 0;
    for (long[] rows : order) {
      try (PointerScope step = new PointerScope()) {
        current = torch.tensor(rows);
        Tensor batch = features.apply(images.index_select(0, current));
        loss += step(batch, labels.index_select(0, current));
      }
    }
    return loss;
  }
}
