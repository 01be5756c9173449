package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.rowsOf;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Compression;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CachedFunctionTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache = TensorCache.builder("test").heap(ByteSize.ofMiB(4)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void returnsStoredRowsWithoutComputing() {
    Counted features = Counted.features(8);
    var cached = cache.wrap("f", V1, HOST, features);
    HostTensor x = batch(0, 5, 3, 4);
    HostTensor first = cached.apply(x);
    HostTensor second = cached.apply(x);
    assertEquals(1, features.calls.get());
    assertTrue(sameBits(features.apply(x), first));
    assertTrue(sameBits(first, second));
    assertNotSame(first, second);
    assertEquals(5, cache.stats().hits());
    assertEquals(5, cache.stats().misses(MissReason.COLD));
  }

  @Test
  void computesOnlyTheDistinctMissingRowsInOneCall() {
    Counted features = Counted.features(8);
    var cached = cache.wrap("f", V1, HOST, features);
    HostTensor all = batch(0, 10, 6);
    cached.apply(rowsOf(all, 2, 5));
    HostTensor mixed = rowsOf(all, 9, 2, 9, 0, 5, 0, 1);
    HostTensor result = cached.apply(mixed);
    assertEquals(2, features.calls.get());
    assertEquals(2 + 3, features.rows.get());
    assertTrue(sameBits(Counted.featuresOf(mixed, 8, 1), result));
    assertEquals(2, cache.stats().duplicates());
  }

  @Test
  void servesLargerSmallerAndReorderedBatches() {
    Counted features = Counted.features(3);
    var cached = cache.wrap("f", V1, HOST, features);
    for (int rows : new int[] {4, 1, 16, 2, 33, 33}) {
      HostTensor x = batch(0, rows, 5);
      assertTrue(sameBits(Counted.featuresOf(x, 3, 1), cached.apply(x)));
    }
    assertEquals(33, features.rows.get());
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
  void returnsTensorsThatNobodyElseHolds() {
    Counted features = Counted.features(8);
    var cached = cache.wrap("f", V1, HOST, features);
    HostTensor a = batch(0, 4, 4);
    HostTensor expected = Counted.featuresOf(a, 8, 1);
    HostTensor y1 = cached.apply(a);
    cached.apply(batch(100, 4, 4));
    assertTrue(sameBits(expected, y1), "a later call changed an earlier result");
    y1.bytes().putFloat(0, 42); // the caller's own now
    HostTensor hit = cached.apply(a);
    assertTrue(sameBits(expected, hit), "the caller's change reached the cache");
    hit.bytes().putFloat(0, 43);
    assertTrue(sameBits(expected, cached.apply(a)));
  }

  @Test
  void copiesTheOutputOfAFunctionThatReusesItsBuffer() {
    HostTensor buffer = HostTensor.ofFloats(new float[2], 2);
    var cached =
        cache
            .function("f", V1, HOST)
            .probing(false)
            .wrap(
                x -> {
                  buffer.bytes().asFloatBuffer().put(x.floats());
                  return buffer;
                });
    HostTensor y1 = cached.apply(HostTensor.ofFloats(new float[] {1, 2}, 2));
    cached.apply(HostTensor.ofFloats(new float[] {3, 4}, 2));
    assertEquals("[1.0, 2.0]", java.util.Arrays.toString(y1.floats()));
  }

  @Test
  void doesNotSeeLaterChangesOfTheInput() {
    var cached = cache.wrap("f", V1, HOST, x -> x);
    HostTensor x = HostTensor.ofFloats(new float[] {1, 2}, 2);
    HostTensor y = cached.apply(x);
    x.bytes().putFloat(0, 9);
    assertEquals(1, y.floats()[0]);
    assertEquals(9, cached.apply(x).floats()[0], "the changed row has another key");
    assertEquals(1, cached.apply(HostTensor.ofFloats(new float[] {1, 2}, 2)).floats()[0]);
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void servesSeveralInputsOutputsAndArguments(boolean offHeap) {
    var builder = TensorCache.builder("several");
    try (TensorCache own =
        offHeap ? builder.offHeap(ByteSize.ofMiB(16)).build() : builder.build()) {
      var calls = new java.util.concurrent.atomic.AtomicInteger();
      var cached =
          own.function("f", V1, HOST)
              .probing(false)
              .wrapOperation(
                  in -> {
                    calls.incrementAndGet();
                    float k =
                        ((Number) java.util.Objects.requireNonNull(in.argument("k"))).floatValue();
                    HostTensor a = Counted.featuresOf(in.tensor("a"), 3, k);
                    HostTensor b = Counted.featuresOf(in.tensor("b"), 1, k);
                    return Outputs.<HostTensor>none().and("left", a).and("right", b);
                  });
      HostTensor a = batch(0, 4, 2);
      HostTensor b = batch(50, 4, 5);
      Inputs<HostTensor> call = Inputs.<HostTensor>none().and("a", a).and("b", b).with("k", 2);
      for (int round = 0; round < 3; round++) {
        Map<String, HostTensor> out = cached.apply(call).tensors();
        assertEquals(List.of("left", "right"), List.copyOf(out.keySet()));
        assertTrue(sameBits(Counted.featuresOf(a, 3, 2), out.get("left")));
        assertTrue(sameBits(Counted.featuresOf(b, 1, 2), out.get("right")));
      }
      assertEquals(1, calls.get());
      Inputs<HostTensor> partly =
          Inputs.<HostTensor>none()
              .and("a", rowsOf(a, 3, 0))
              .and("b", rowsOf(b, 3, 1))
              .with("k", 2);
      HostTensor left = cached.apply(partly).tensor("left");
      assertTrue(sameBits(Counted.featuresOf(rowsOf(a, 3, 0), 3, 2), left));
      assertEquals(2, calls.get());
    }
  }

  @Test
  void asksForTheLongFormWhereThereAreSeveralOutputs() {
    var two =
        cache.function("two", V1, HOST).wrapOperation(in -> Outputs.of(in.tensor(0), in.tensor(0)));
    var error = assertThrows(IllegalStateException.class, () -> two.apply(batch(0, 2, 2)));
    assertTrue(error.getMessage().contains("2 outputs"), error.getMessage());
    assertEquals(2, two.apply(Inputs.of(batch(0, 2, 2))).tensors().size());
  }

  @Test
  void cachesAFunctionOfWholeTensors() {
    Counted gram =
        Counted.of(
            x -> {
              int n = (int) x.spec().dim(0);
              return Counted.featuresOf(x, n, 1);
            });
    var cached = cache.function("gram", V1, HOST).granularity(Granularity.WHOLE).wrap(gram);
    HostTensor x = batch(0, 5, 3);
    assertTrue(sameBits(cached.apply(x), cached.apply(x)));
    assertEquals(1, gram.calls.get());
    cached.apply(rowsOf(x, 1, 0, 2, 3, 4));
    assertEquals(2, gram.calls.get(), "another order is another whole");
  }

  @Test
  void cachesAScalarOfAWholeTensor() {
    Counted mean = Counted.of(x -> HostTensor.ofFloats(new float[] {x.floats()[0]}));
    var cached = cache.function("mean", V1, HOST).granularity(Granularity.WHOLE).wrap(mean);
    HostTensor scalar = HostTensor.ofFloats(new float[] {4});
    assertEquals(0, cached.apply(scalar).spec().rank());
    assertEquals(4, cached.apply(scalar).floats()[0]);
    assertEquals(1, mean.calls.get());
  }

  @Test
  void recomputesTheWholeBatchOnAPartialMissWhenAskedTo() {
    Counted features = Counted.features(4);
    var cached =
        cache.function("f", V1, HOST).onPartialMiss(PartialMiss.RECOMPUTE_BATCH).wrap(features);
    HostTensor x = batch(0, 6, 3);
    cached.apply(rowsOf(x, 0, 1));
    assertTrue(sameBits(Counted.featuresOf(x, 4, 1), cached.apply(x)));
    assertEquals(2 + 6, features.rows.get());
    assertEquals(2, cache.stats().misses(MissReason.RECOMPUTED));
    cached.apply(x);
    assertEquals(2, features.calls.get());
    assertEquals(6, cache.stats().hits());
  }

  @Test
  void returnsRoundedValuesEveryTimeWhenStoredNarrow() {
    Counted features = Counted.features(4);
    var cached = cache.function("f", V1, HOST).storeAs(DType.BFLOAT16).wrap(features);
    HostTensor x = batch(0, 6, 3);
    HostTensor miss = cached.apply(x);
    assertTrue(sameBits(miss, cached.apply(x)));
    assertEquals(DType.FLOAT32, miss.spec().dtype());
    float[] exact = Counted.featuresOf(x, 4, 1).floats();
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], miss.floats()[i], Math.abs(exact[i]) / 256);
    }
    assertEquals(6 * (4 * 2 + 256), cache.stats().tiers().get(0).bytes().bytes());
  }

  @Test
  void computesRowsAgainUnderAnotherFingerprint() {
    var old = cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 2, 1));
    var retrained =
        cache.wrap("f", Fingerprint.version("2"), HOST, x -> Counted.featuresOf(x, 2, 3));
    HostTensor x = batch(0, 64, 3);
    old.apply(x);
    assertTrue(sameBits(Counted.featuresOf(x, 2, 3), retrained.apply(x)));
    assertEquals(64, cache.stats().misses(MissReason.OTHER_FINGERPRINT));
    assertEquals(64, cache.stats().functions().get(0).rowsUnderOtherFingerprints());
    assertTrue(
        cache.stats().toString().contains("64 rows exist under another fingerprint"),
        cache.stats().toString());
    retrained.apply(batch(500, 3, 3));
    assertEquals(
        3,
        cache.stats().misses(MissReason.COLD) - 64,
        "new rows are cold, not another fingerprint's");
    assertTrue(
        sameBits(Counted.featuresOf(x, 2, 1), old.apply(x)),
        "the old weights' rows are still theirs");
  }

  @Test
  void computesARowTooLargeForEveryTier() {
    try (TensorCache tiny = TensorCache.builder("tiny").heap(ByteSize.ofKiB(1)).build()) {
      Counted features = Counted.features(300);
      var cached = tiny.wrap("f", V1, HOST, features);
      HostTensor x = batch(0, 3, 3);
      for (int i = 0; i < 2; i++) {
        assertTrue(sameBits(Counted.featuresOf(x, 300, 1), cached.apply(x)));
      }
      assertEquals(6, features.rows.get());
      assertEquals(6, tiny.stats().rowsNotAdmitted());
      assertEquals(0, tiny.stats().tiers().get(0).bytes().bytes());
    }
  }

  @Test
  void keepsTheFirstRowsWhenFull() {
    try (TensorCache small =
        TensorCache.builder("small")
            .heap(ByteSize.ofBytes(10 * (40 + 256)))
            .whenFull(WhenFull.KEEP_FIRST)
            .build()) {
      Counted features = Counted.features(10);
      var cached = small.wrap("f", V1, HOST, features);
      HostTensor x = batch(0, 20, 3);
      cached.apply(x);
      cached.apply(x);
      assertEquals(10, small.stats().hits());
      assertEquals(20 + 10, features.rows.get());
      assertEquals(0, small.stats().evictions());
    }
  }

  @Test
  void evictsToTheByteAndSaysSo() {
    try (TensorCache small =
        TensorCache.builder("small").heap(ByteSize.ofBytes(10 * (40 + 256))).build()) {
      var cached = small.wrap("f", V1, HOST, Counted.features(10));
      for (int i = 0; i < 50; i++) {
        cached.apply(batch(10 * i, 10, 3));
        assertTrue(small.stats().tiers().get(0).bytes().bytes() <= 10 * (40 + 256));
      }
      assertEquals(490, small.stats().evictions());
      cached.apply(batch(0, 10, 3));
      assertEquals(10, small.stats().misses(MissReason.EVICTED));
      assertEquals(10, small.stats().functions().get(0).rowsInMemory());
    }
  }

  @Test
  void doesNotStoreWhatIsAboveItsLevel() {
    Counted features = Counted.features(4);
    var heavy = cache.function("heavy", V1, HOST).level(CacheLevel.HEAVY).wrap(features);
    HostTensor x = batch(0, 3, 3);
    assertTrue(sameBits(heavy.apply(x), heavy.apply(x)));
    assertEquals(2, features.calls.get());
    assertEquals(6, cache.stats().misses(MissReason.LEVEL));
  }

  @Test
  void clearDropsEverythingAndCountsToZero() {
    Counted features = Counted.features(4);
    var cached = cache.wrap("f", V1, HOST, features);
    cached.apply(batch(0, 8, 3));
    cache.clear();
    assertEquals(0, cache.stats().tiers().get(0).bytes().bytes());
    assertEquals(0, cache.stats().functions().get(0).rowsInMemory());
    cached.apply(batch(0, 8, 3));
    assertEquals(16, features.rows.get());
  }

  @Test
  void compressesOnlyOffHeapAndOnlyWhereItGains() {
    for (Compression compression : Compression.values()) {
      try (TensorCache own =
          TensorCache.builder("lz4").offHeap(ByteSize.ofMiB(16)).compression(compression).build()) {
        var zeros =
            own.wrap(
                "zeros",
                V1,
                HOST,
                x ->
                    HostTensor.ofFloats(
                        new float[(int) x.spec().dim(0) * 1000], x.spec().dim(0), 1000));
        HostTensor x = batch(0, 10, 3);
        assertTrue(sameBits(zeros.apply(x), zeros.apply(x)));
        assertEquals(10, own.stats().hitsByTier().get(Tier.OFF_HEAP));
        long bytes = own.stats().tiers().get(0).bytes().bytes();
        assertEquals(compression == Compression.LZ4, bytes < 10_000, "bytes " + bytes);
      }
    }
  }
}
