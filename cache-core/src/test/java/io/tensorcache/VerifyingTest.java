package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Mismatch;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.MismatchException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A sample of the hits is computed again and compared. */
class VerifyingTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final List<TensorCacheException> told = new ArrayList<>();
  private final TensorCache cache =
      TensorCache.builder("verifying")
          .heap(ByteSize.ofMiB(4))
          .store(store -> store.limit(ByteSize.ofMiB(16)))
          .listener(told::add)
          .build();
  private volatile float weight = 1; // a field of the function, which its fingerprint does not see

  @AfterEach
  void close() {
    cache.close();
  }

  private FunctionBuilder<HostTensor> verified() {
    return cache.function("f", V1, HOST).verifying(1);
  }

  private HostTensor features(HostTensor x) {
    return Counted.featuresOf(x, 4, weight);
  }

  @Test
  void equalRowsAreCountedAndServed() {
    CachedFunction<HostTensor> cached = verified().wrap(this::features);
    HostTensor x = Counted.batch(0, 6, 3);
    cached.apply(x);
    assertTrue(Counted.sameBits(features(x), cached.apply(x)));
    CacheStats stats = cache.stats();
    assertEquals(6, stats.rowsVerified());
    assertEquals(0, stats.mismatches());
    assertEquals(6, stats.rowsComputed());
    assertEquals(List.of(), told);
  }

  @Test
  void aChangedFieldIsToldWithKeyAndLargestDifferenceAndMended() {
    CachedFunction<HostTensor> cached = verified().persisting(true).wrap(this::features);
    HostTensor x = Counted.batch(0, 3, 3);
    cached.apply(x);
    assertTrue(cache.flush());
    float[] before = features(x).floats();
    weight = 2;
    float[] after = features(x).floats();
    assertTrue(
        Counted.sameBits(features(x), cached.apply(x)), "what was just computed is returned");
    assertEquals(3, told.size());
    for (int row = 0; row < 3; row++) {
      MismatchException mismatch = (MismatchException) told.get(row);
      double largest = 0;
      for (int i = 4 * row; i < 4 * row + 4; i++) {
        largest = Math.max(largest, Math.abs((double) before[i] - after[i]));
      }
      assertEquals(largest, mismatch.largestDifference());
      assertTrue(mismatch.getMessage().contains(mismatch.key()), mismatch.getMessage());
      assertEquals(32, mismatch.key().length());
    }
    assertEquals(3, cache.stats().mismatches());
    told.clear();
    assertTrue(Counted.sameBits(features(x), cached.apply(x)), "the old rows are gone");
    assertTrue(Counted.sameBits(features(x), cached.apply(x)));
    assertEquals(List.of(), told);
    assertEquals(6, cache.stats().rowsComputed());
  }

  @Test
  void failsWhereItIsAskedTo() {
    CachedFunction<HostTensor> cached = verified().onMismatch(Mismatch.FAIL).wrap(this::features);
    HostTensor x = Counted.batch(0, 3, 3);
    cached.apply(x);
    weight = 2;
    assertThrows(MismatchException.class, () -> cached.apply(x));
    assertEquals(3, told.size());
    assertTrue(Counted.sameBits(features(x), cached.apply(x)));
  }

  @Test
  void otherRowsOfABatchStayAsTheyWereServed() {
    CachedFunction<HostTensor> cached =
        verified()
            .wrap(
                x -> {
                  float[] values = x.floats().clone();
                  for (int i = 0; i < values.length; i++) {
                    values[i] = values[i] == 5 ? weight : values[i];
                  }
                  return HostTensor.ofFloats(values, x.spec().shape());
                });
    HostTensor x = HostTensor.ofFloats(new float[] {4, 5, 6, 5}, 4, 1);
    cached.apply(x);
    weight = 7;
    assertEquals(List.of(4f, 7f, 6f, 7f), list(cached.apply(x)), "a copy of a row too");
    assertEquals(1, cache.stats().mismatches());
  }

  private static List<Float> list(HostTensor tensor) {
    List<Float> all = new ArrayList<>();
    for (float value : tensor.floats()) {
      all.add(value);
    }
    return all;
  }

  @Test
  void hitsOfAPartialBatchAreVerified() {
    CachedFunction<HostTensor> cached = verified().wrap(this::features);
    HostTensor x = Counted.batch(0, 5, 3);
    cached.apply(Counted.rowsOf(x, 1, 3));
    weight = 3;
    assertTrue(Counted.sameBits(features(x), cached.apply(x)));
    assertEquals(2, cache.stats().mismatches());
  }

  @Test
  void wholesAndBatchesThatAreComputedAsAWholeAreVerified() {
    HostTensor x = Counted.batch(0, 4, 3);
    CachedFunction<HostTensor> whole =
        cache
            .function("whole", V1, HOST)
            .granularity(Granularity.WHOLE)
            .verifying(1)
            .wrap(this::features);
    CachedFunction<HostTensor> batch =
        cache
            .function("batch", V1, HOST)
            .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
            .verifying(1)
            .wrap(this::features);
    whole.apply(x);
    batch.apply(x);
    weight = 3;
    assertTrue(Counted.sameBits(features(x), whole.apply(x)));
    assertEquals(1, cache.stats().mismatches());
    assertTrue(Counted.sameBits(features(x), batch.apply(x)));
    assertEquals(5, cache.stats().mismatches());
  }

  @Test
  void anotherShapeIsAMismatchToo() {
    CachedFunction<HostTensor> cached =
        verified().probing(false).wrap(x -> Counted.featuresOf(x, (int) weight, 1));
    HostTensor x = Counted.batch(0, 4, 3);
    cached.apply(x);
    weight = 2;
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 2, 1), cached.apply(x)));
    assertEquals(4, cache.stats().mismatches());
    assertEquals(Double.POSITIVE_INFINITY, ((MismatchException) told.get(0)).largestDifference());
  }

  @Test
  void roundedRowsAreComparedAsStored() {
    CachedFunction<HostTensor> cached = verified().storeAs(DType.FLOAT16).wrap(this::features);
    HostTensor x = Counted.batch(0, 8, 3);
    HostTensor first = cached.apply(x);
    assertTrue(Counted.sameBits(first, cached.apply(x)));
    assertEquals(8, cache.stats().rowsVerified());
    assertEquals(0, cache.stats().mismatches());
  }

  @Test
  void everyOutputCounts() {
    CachedFunction<HostTensor> cached =
        cache
            .function("two", V1, HOST)
            .verifying(1)
            .wrapOperation(
                inputs -> {
                  HostTensor x = inputs.tensor(0);
                  return Outputs.of(Counted.featuresOf(x, 2, 1), Counted.featuresOf(x, 3, weight));
                });
    HostTensor x = Counted.batch(0, 2, 3);
    cached.apply(Inputs.of(x));
    weight = 2;
    assertTrue(Counted.sameBits(Counted.featuresOf(x, 3, 2), cached.apply(Inputs.of(x)).tensor(1)));
    assertEquals(2, cache.stats().mismatches());
  }

  @Test
  void bitsCountUnlessAToleranceIsStated() {
    HostTensor x = HostTensor.ofFloats(new float[] {1, 2}, 2, 1);
    TensorFunction<HostTensor> zero =
        input -> HostTensor.ofFloats(new float[] {weight * 0f, weight * 0f}, 2, 1);
    CachedFunction<HostTensor> exact =
        cache.function("exact", V1, HOST).probing(false).verifying(1).wrap(zero);
    CachedFunction<HostTensor> within =
        cache.function("within", V1, HOST).probing(false).verifying(1, 1e-6).wrap(zero);
    exact.apply(x);
    within.apply(x);
    weight = -1; // now -0.0
    within.apply(x);
    assertEquals(0, cache.stats().mismatches());
    exact.apply(x);
    assertEquals(2, cache.stats().mismatches());
    assertEquals(0, ((MismatchException) told.get(0)).largestDifference());
  }

  @Test
  void whatTheFunctionThrowsMeanwhileIsToldAndTheHitServed() {
    CachedFunction<HostTensor> cached =
        verified()
            .wrap(
                x -> {
                  if (weight == 2) {
                    throw new IllegalStateException("the service is down");
                  }
                  return features(x);
                });
    HostTensor x = Counted.batch(0, 3, 3);
    HostTensor first = cached.apply(x);
    weight = 2;
    assertTrue(Counted.sameBits(first, cached.apply(x)));
    assertEquals(1, told.size());
    assertTrue(told.get(0).getMessage().contains("the service is down"), told.toString());
  }

  @Test
  void aFractionIsDrawnAnewInEachEpoch() {
    TreeSet<Float> verified = new TreeSet<>();
    boolean[] isCounting = {false};
    CachedFunction<HostTensor> cached =
        cache
            .function("f", V1, HOST)
            .verifying(0.1)
            .wrap(
                x -> {
                  if (isCounting[0]) {
                    verified.addAll(list(x));
                  }
                  return HostTensor.ofFloats(x.floats().clone(), x.spec().shape());
                });
    float[] values = new float[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    HostTensor x = HostTensor.ofFloats(values, 200, 1);
    cached.apply(x);
    isCounting[0] = true;
    for (int epoch = 0; epoch < 100; epoch++) {
      cached.apply(x);
    }
    long rows = cache.stats().rowsVerified();
    assertTrue(rows > 1_600 && rows < 2_400, "2,000 expected, 9 sigmas allowed: " + rows);
    assertTrue(verified.size() >= 195, "each row has its turn: " + verified.size());
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThrows(
        IllegalArgumentException.class, () -> cache.function("f", V1, HOST).verifying(1.1));
    assertThrows(
        IllegalArgumentException.class, () -> cache.function("f", V1, HOST).verifying(Double.NaN));
    assertThrows(
        IllegalArgumentException.class, () -> cache.function("f", V1, HOST).verifying(1, -1));
    assertThrows(
        IllegalStateException.class,
        () -> cache.function("f", V1, HOST).onMismatch(Mismatch.FAIL).wrap(this::features));
  }
}
