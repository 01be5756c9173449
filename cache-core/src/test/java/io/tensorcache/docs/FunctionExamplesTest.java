package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.Epochs;
import io.tensorcache.Fingerprint;
import io.tensorcache.Inputs;
import io.tensorcache.Outputs;
import io.tensorcache.TensorCache;
import io.tensorcache.TensorFunction;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Recheck;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The examples in the comments of functions and their options, run. */
class FunctionExamplesTest {
  private final Squares squares = new Squares();
  private final HostTensor batch = Squares.batch();
  private final TensorCache cache = TensorCache.builder("features").build();

  @AfterEach
  void close() {
    cache.close();
  }

  private HostTensor slowSquares(HostTensor x) {
    return squares.of(x);
  }

  @Test
  void tensorCache() {
    // begin: tensor-cache
    try (TensorCache cache = TensorCache.builder("features").heap(ByteSize.ofMiB(64)).build()) {
      CachedFunction<HostTensor> squares =
          cache.wrap(
              "squares", Fingerprint.version("1"), HostTensor.adapter(), x -> slowSquares(x));
      squares.apply(batch); // computes
      squares.apply(batch); // serves
      double half = cache.stats().hitRate();
      assertEquals(0.5, half); // not shown
    }
    // end: tensor-cache
    assertEquals(3, squares.rows.get()); // one of them for the probe
  }

  @Test
  void cachedFunction() {
    CachedFunction<HostTensor> squares =
        cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter(), this::slowSquares);
    List<HostTensor> batches = List.of(batch, batch);
    List<HostTensor> seen = new ArrayList<>();
    // begin: cached-function
    HostTensor result = squares.apply(batch); // a fresh tensor, owned by the caller
    for (HostTensor next : squares.prefetching(batches)) { // reads ahead where rows lie on disk
      seen.add(squares.apply(next));
    }
    boolean isUnchanged = squares.recheck(); // reads all again that the fingerprint stands for
    squares.close(); // lets go of what is watched for changes; the rows stay
    // end: cached-function
    assertArrayEquals(new float[] {1, 4, 9, 16}, result.floats());
    assertEquals(2, seen.size());
    assertTrue(isUnchanged);
    assertThrows(IllegalStateException.class, () -> squares.apply(batch));
  }

  @Test
  void functionOptions() {
    // begin: function-options
    CachedFunction<HostTensor> squares =
        cache
            .function("squares", Fingerprint.version("1"), HostTensor.adapter())
            .storeAs(DType.FLOAT16) // half the bytes; every call returns the rounded values
            .verifying(0.01) // one hit in a hundred is computed again and compared
            .wrap(x -> slowSquares(x));
    // end: function-options
    assertArrayEquals(new float[] {1, 4, 9, 16}, squares.apply(batch).floats());
  }

  @Test
  void tensorFunction() {
    // begin: tensor-function
    TensorFunction<HostTensor> slow = x -> slowSquares(x); // row i of x gives row i of the result
    CachedFunction<HostTensor> squares =
        cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter(), slow);
    // end: tensor-function
    assertArrayEquals(new float[] {1, 4, 9, 16}, squares.apply(batch).floats());
  }

  private static HostTensor plus(HostTensor left, HostTensor right, double bias) {
    float[] sum = left.floats();
    float[] other = right.floats();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i] + (float) bias;
    }
    return HostTensor.ofFloats(sum, left.spec().shape());
  }

  @Test
  void operation() {
    HostTensor left = batch;
    HostTensor right = batch;
    // begin: operation
    CachedFunction<HostTensor> sums =
        cache
            .function("sums", Fingerprint.version("1"), HostTensor.adapter())
            .wrapOperation(
                inputs -> {
                  double bias = (double) inputs.argument("bias");
                  HostTensor sum = plus(inputs.tensor("left"), inputs.tensor("right"), bias);
                  return Outputs.of(sum).and("square", slowSquares(sum));
                });
    Inputs<HostTensor> inputs =
        Inputs.<HostTensor>none().and("left", left).and("right", right).with("bias", 0.5);
    Outputs<HostTensor> outputs = sums.apply(inputs);
    HostTensor sum = outputs.tensor(0); // by position, and so is its name: "0"
    HostTensor square = outputs.tensor("square");
    // end: operation
    assertArrayEquals(new float[] {2.5f, 4.5f, 6.5f, 8.5f}, sum.floats());
    assertArrayEquals(new float[] {6.25f, 20.25f, 42.25f, 72.25f}, square.floats());
  }

  @Test
  void epochs() {
    CachedFunction<HostTensor> squares =
        cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter(), this::slowSquares);
    List<Double> rates = new ArrayList<>();
    // begin: epochs
    for (Epochs.Epoch epoch : cache.epochs(1, 3)) {
      squares.apply(batch);
      rates.add(epoch.stats().hitRate()); // 0 in the first epoch, then 1
    }
    // end: epochs
    assertEquals(List.of(0.0, 1.0, 1.0), rates);
  }

  private static HostTensor kernelMatrix(HostTensor x) {
    int n = (int) x.spec().dim(0);
    return HostTensor.ofFloats(new float[n * n], n, n);
  }

  @Test
  void whole() {
    // begin: granularity
    CachedFunction<HostTensor> kernel =
        cache
            .function("kernel", Fingerprint.version("1"), HostTensor.adapter())
            .granularity(Granularity.WHOLE) // one key for the whole tensor
            .wrap(x -> kernelMatrix(x)); // [n, d] to [n, n]
    // end: granularity
    assertEquals(4, kernel.apply(batch).spec().elementCount());
  }

  @Test
  void partialMiss() {
    // begin: partial-miss
    CachedFunction<HostTensor> squares =
        cache
            .function("squares", Fingerprint.version("1"), HostTensor.adapter())
            .onPartialMiss(PartialMiss.RECOMPUTE_BATCH) // one miss: all rows are computed
            .wrap(x -> slowSquares(x));
    // end: partial-miss
    squares.apply(HostTensor.ofRows(new float[][] {{1, 2}}));
    squares.apply(batch);
    assertEquals(3, cache.stats().rowsComputed());
  }

  @Test
  void recheck() {
    // begin: recheck
    CachedFunction<HostTensor> squares =
        cache
            .function("squares", Fingerprint.version("1"), HostTensor.adapter())
            .recheck(Recheck.everyCalls(100)) // all weights are read at every hundredth call
            .wrap(x -> slowSquares(x));
    // end: recheck
    assertArrayEquals(new float[] {1, 4, 9, 16}, squares.apply(batch).floats());
  }

  @Test
  void warmUp() {
    CachedFunction<HostTensor> squares =
        cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter(), this::slowSquares);
    List<HostTensor> batches = List.of(batch, batch);
    List<Long> progress = new ArrayList<>();
    // begin: warm-up
    WarmUp done = squares.warm(batches, soFar -> progress.add(soFar.rows()));
    long computed = done.computed(); // the others were found, or are copies
    // end: warm-up
    assertEquals(List.of(2L, 4L), progress);
    assertEquals(2, computed);
  }
}
