package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows of every shape and dtype come back bit for bit. */
class CachedShapesTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache = TensorCache.builder("test").heap(ByteSize.ofMiB(4)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void takesRowsOfVariableLength() {
    Counted features = Counted.features(3);
    var cached = cache.wrap("f", V1, HOST, features);
    for (int round = 0; round < 2; round++) {
      for (int length : new int[] {1, 7, 3, 20}) {
        HostTensor x = batch(0, 4, length);
        assertTrue(sameBits(Counted.featuresOf(x, 3, 1), cached.apply(x)));
      }
    }
    assertEquals(16, features.rows.get());
  }

  @Test
  void takesBatchesOfScalars() {
    Counted features = Counted.features(2);
    var cached = cache.wrap("f", V1, HOST, features);
    HostTensor x = HostTensor.ofFloats(new float[] {0.25f, 0.5f, 0.25f, 0.75f}, 4);
    assertTrue(sameBits(Counted.featuresOf(x, 2, 1), cached.apply(x)));
    assertTrue(sameBits(Counted.featuresOf(x, 2, 1), cached.apply(x)));
    assertEquals(3, features.rows.get());
  }

  @Test
  void returnsScalarsPerRow() {
    Counted sums =
        Counted.of(x -> HostTensor.ofFloats(Counted.featuresOf(x, 1, 1).floats(), x.spec().dim(0)));
    var cached = cache.wrap("f", V1, HOST, sums);
    HostTensor x = batch(0, 3, 4);
    assertTrue(sameBits(cached.apply(x), cached.apply(x)));
    assertEquals(1, sums.calls.get());
    assertEquals(1, cached.apply(x).spec().rank());
  }

  @Test
  void passesEmptyBatchesToTheFunction() {
    Counted features = Counted.features(2);
    var cached = cache.wrap("f", V1, HOST, features);
    cached.apply(batch(0, 3, 4));
    HostTensor empty = cached.apply(HostTensor.ofFloats(new float[0], 0, 4));
    assertEquals(0, empty.spec().dim(0));
    assertEquals(3, cache.stats().misses());
  }

  @Test
  void keepsRowsOfZeroBytesApartFromNothing() {
    Counted features = Counted.features(2);
    var cached = cache.wrap("f", V1, HOST, features);
    HostTensor x = HostTensor.ofFloats(new float[0], 3, 0);
    assertTrue(sameBits(cached.apply(x), cached.apply(x)));
    assertEquals(1, features.rows.get(), "three equal rows of no bytes are one row");
  }

  @Test
  void returnsRowsOfZeroBytes() {
    Counted nothing = Counted.of(x -> HostTensor.ofFloats(new float[0], x.spec().dim(0), 0));
    var cached = cache.wrap("f", V1, HOST, nothing);
    assertEquals(List.of(0L), List.of(cached.apply(batch(0, 2, 4)).spec().dim(1)));
    assertEquals(2, cached.apply(batch(0, 2, 4)).spec().dim(0));
    assertEquals(1, nothing.calls.get());
  }

  @Test
  void keepsTheDTypeOfTheOutput() {
    var cached =
        cache
            .function("f", V1, HOST)
            .probing(false)
            .wrap(x -> HostTensor.ofDoubles(new double[] {0.1, 0.2}, 2));
    HostTensor x = HostTensor.ofLongs(new long[] {1, 2}, 2);
    for (int i = 0; i < 2; i++) {
      assertEquals(DType.FLOAT64, cached.apply(x).spec().dtype());
      assertEquals(0.1, cached.apply(x).doubles()[0]);
    }
  }

  @Test
  void keepsNaNInfinityAndNegativeZeroBitForBit() {
    var cached = cache.wrap("f", V1, HOST, x -> x);
    float[] odd = {
      Float.intBitsToFloat(0x7fc00001),
      Float.NaN,
      Float.POSITIVE_INFINITY,
      -0.0f,
      0.0f,
      Float.MIN_VALUE
    };
    HostTensor x = HostTensor.ofFloats(odd, odd.length);
    cached.apply(x);
    HostTensor hit = cached.apply(x);
    assertTrue(sameBits(x, hit));
    assertEquals(6, cache.stats().hits());
  }
}
