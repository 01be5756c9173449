package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Functions that are not row by row are refused before anything of them is stored. */
class RowProbeTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache = TensorCache.builder("probe").heap(ByteSize.ofMiB(4)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  /** Each column less its mean over the batch, as batch statistics do. */
  private static HostTensor centred(HostTensor x) {
    float[] values = x.floats().clone();
    int rows = (int) x.spec().dim(0);
    int columns = values.length / rows;
    for (int column = 0; column < columns; column++) {
      float mean = 0;
      for (int row = 0; row < rows; row++) {
        mean += values[row * columns + column] / rows;
      }
      for (int row = 0; row < rows; row++) {
        values[row * columns + column] -= mean;
      }
    }
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  /** Each row the sum of those before it, as a recurrent layer does whose first axis is time. */
  private static HostTensor running(HostTensor x) {
    float[] values = x.floats().clone();
    int columns = values.length / (int) x.spec().dim(0);
    for (int i = columns; i < values.length; i++) {
      values[i] += values[i - columns];
    }
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  /** A matrix by an unbatched vector of four: it has no rows. */
  private static HostTensor unbatched(HostTensor x) {
    if (x.spec().dim(0) != 4) {
      throw new IllegalArgumentException("mat1 and mat2 shapes cannot be multiplied");
    }
    return Counted.featuresOf(HostTensor.ofFloats(x.floats(), 4, 1), 1, 1);
  }

  private void assertRefused(TensorFunction<HostTensor> function, HostTensor x) {
    CachedFunction<HostTensor> cached = cache.wrap("net", V1, HOST, function);
    for (int i = 0; i < 2; i++) {
      FunctionContractException refusal =
          assertThrows(FunctionContractException.class, () -> cached.apply(x));
      String message = refusal.getMessage();
      assertTrue(message.contains("\"net\""), message);
      assertTrue(message.contains("Granularity.WHOLE"), message);
      assertTrue(message.contains("batch_first"), message);
      assertTrue(message.contains("probing(false)"), message);
    }
    assertEquals(0, cache.stats().tiers().get(0).entries());
  }

  @Test
  void batchStatisticsAreRefused() {
    assertRefused(RowProbeTest::centred, Counted.batch(0, 8, 3));
  }

  @Test
  void anInterruptedProbeSaysNothingOfTheFunction() {
    AtomicInteger calls = new AtomicInteger();
    CachedFunction<HostTensor> cached =
        cache.wrap(
            "net",
            V1,
            HOST,
            x -> {
              if (calls.getAndIncrement() == 0) {
                throw new InterruptedException("as a call that waits throws it");
              }
              return Counted.featuresOf(x, 3, 1);
            });
    HostTensor x = Counted.batch(0, 8, 3);
    assertThrows(InterruptedException.class, () -> cached.apply(x));
    assertEquals(1, calls.get());
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 3, 1), cached.apply(x)));
  }

  @Test
  void twoRowsAreEnough() {
    assertRefused(RowProbeTest::centred, Counted.batch(0, 2, 3));
  }

  @Test
  void timeAsTheFirstAxisIsRefused() {
    assertRefused(RowProbeTest::running, Counted.batch(0, 5, 3));
  }

  @Test
  void aFunctionThatThrowsForOneRowIsRefused() {
    assertRefused(RowProbeTest::unbatched, HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 4));
  }

  /** The products of all rows with all others: a row of it is as long as the batch. */
  private static HostTensor products(HostTensor x) {
    float[] values = x.floats();
    int rows = (int) x.spec().dim(0);
    int columns = values.length / rows;
    float[] products = new float[rows * rows];
    for (int i = 0; i < products.length; i++) {
      for (int column = 0; column < columns; column++) {
        products[i] += values[i / rows * columns + column] * values[i % rows * columns + column];
      }
    }
    return HostTensor.ofFloats(products, rows, rows);
  }

  @Test
  void aMatrixOfAllRowsWithAllOthersIsRefused() {
    assertRefused(RowProbeTest::products, Counted.batch(0, 3, 3));
  }

  @ParameterizedTest
  @EnumSource(PartialMiss.class)
  void rowsLearnedOfWithHitsAreProbedToo(PartialMiss onPartialMiss) {
    CachedFunction<HostTensor> cached =
        cache.function("net", V1, HOST).onPartialMiss(onPartialMiss).wrap(RowProbeTest::centred);
    HostTensor x = Counted.batch(0, 4, 3);
    cached.apply(Counted.rowsOf(x, 0)); // one row: nothing to compare
    assertThrows(FunctionContractException.class, () -> cached.apply(x));
  }

  @Test
  void theLastBitsOfABatchSizePass() {
    CachedFunction<HostTensor> cached =
        cache.wrap(
            "net",
            V1,
            HOST,
            x -> {
              float[] values = Counted.featuresOf(x, 4, 1).floats().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] *= 1 + 1.5e-7f * x.spec().dim(0);
              }
              return HostTensor.ofFloats(values, x.spec().dim(0), 4);
            });
    cached.apply(Counted.batch(0, 64, 3));
    assertEquals(64, cache.stats().rowsComputed());
  }

  @Test
  void itCostsOneRowOnce() {
    List<Long> calls = new ArrayList<>();
    CachedFunction<HostTensor> cached =
        cache.wrap(
            "net",
            V1,
            HOST,
            x -> {
              calls.add(x.spec().dim(0));
              return Counted.featuresOf(x, 4, 1);
            });
    cached.apply(Counted.batch(0, 1, 3));
    cached.apply(Counted.batch(1, 6, 3));
    cached.apply(Counted.batch(7, 6, 3));
    assertEquals(List.of(1L, 1L, 6L, 6L), calls);
    assertEquals(13, cache.stats().rowsComputed());
    assertTrue(cache.stats().checkNanos() > 0);
  }

  @Test
  void otherCodeOfTheSameNameIsProbedAgain() {
    cache.wrap("net", V1, HOST, x -> Counted.featuresOf(x, 3, 1)).apply(Counted.batch(0, 3, 3));
    CachedFunction<HostTensor> other = cache.wrap("net", V1, HOST, RowProbeTest::centred);
    assertThrows(FunctionContractException.class, () -> other.apply(Counted.batch(5, 3, 3)));
  }

  @Test
  void canBeTurnedOffAndDoesNotConcernWholes() {
    HostTensor x = Counted.batch(0, 4, 3);
    CachedFunction<HostTensor> off =
        cache.function("off", V1, HOST).probing(false).wrap(RowProbeTest::centred);
    assertTrue(Counted.sameBits(centred(x), off.apply(x)));
    CachedFunction<HostTensor> whole =
        cache.function("all", V1, HOST).granularity(Granularity.WHOLE).wrap(RowProbeTest::centred);
    assertTrue(Counted.sameBits(centred(x), whole.apply(x)));
  }

  @Test
  void aStatedToleranceCounts() {
    TensorFunction<HostTensor> slightly =
        x -> {
          float[] values = Counted.featuresOf(x, 4, 1).floats().clone();
          values[0] += x.spec().dim(0) == 1 ? 0.0001f : 0;
          values[values.length - 1] += x.spec().dim(0) == 1 ? 0.0001f : 0;
          return HostTensor.ofFloats(values, x.spec().dim(0), 4);
        };
    HostTensor x = Counted.batch(0, 4, 3);
    cache.wrap("loose", V1, HOST, slightly).apply(x);
    CachedFunction<HostTensor> exact =
        cache.function("exact", V1, HOST).probing(0.0).wrap(slightly);
    assertThrows(FunctionContractException.class, () -> exact.apply(x));
    assertThrows(IllegalArgumentException.class, () -> cache.function("f", V1, HOST).probing(-0.5));
    assertThrows(
        IllegalArgumentException.class, () -> cache.function("f", V1, HOST).probing(Double.NaN));
  }

  @Test
  void aFunctionThatUsesItsBufferAgainIsServedRight() {
    float[] buffer = new float[3 * 4];
    CachedFunction<HostTensor> cached =
        cache.wrap(
            "net",
            V1,
            HOST,
            x -> {
              float[] values = Counted.featuresOf(x, 4, 1).floats();
              System.arraycopy(values, 0, buffer, 0, values.length);
              return HostTensor.ofFloats(
                  x.spec().dim(0) == 3 ? buffer : java.util.Arrays.copyOf(buffer, 4),
                  x.spec().dim(0),
                  4);
            });
    HostTensor x = Counted.batch(0, 3, 3);
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 4, 1), cached.apply(x)));
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 4, 1), cached.apply(x)));
  }

  @Test
  void rowsPaddedToTheLongestOfTheirBatchPass() {
    CachedFunction<HostTensor> cached =
        cache.wrap("net", V1, HOST, x -> Counted.featuresOf(x, (int) x.spec().dim(0), 1));
    HostTensor x = Counted.batch(0, 3, 3);
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 3, 1), cached.apply(x)));
  }

  @Test
  void anErrorOfTheFunctionIsTheCallers() {
    AtomicInteger calls = new AtomicInteger();
    OutOfMemoryError error = new OutOfMemoryError("of the function");
    CachedFunction<HostTensor> cached =
        cache.wrap(
            "net",
            V1,
            HOST,
            x -> {
              if (calls.incrementAndGet() == 1) {
                throw error;
              }
              return Counted.featuresOf(x, 4, 1);
            });
    HostTensor x = Counted.batch(0, 4, 3);
    assertSame(error, assertThrows(OutOfMemoryError.class, () -> cached.apply(x)));
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 4, 1), cached.apply(x)));
  }
}
