package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.rowsOf;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
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
}
