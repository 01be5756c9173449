package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.rowsOf;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every bad input has a defined outcome: a clear error or a correct result. */
class BadInputTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache = TensorCache.builder("bad").heap(ByteSize.ofMiB(1)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  private void assertNothingStored() {
    assertEquals(0, cache.stats().tiers().get(0).entries());
  }

  @Test
  void refusesAnotherNumberOfRowsByName() {
    var cached = cache.wrap("crops", V1, HOST, x -> batch(0, 7, 2));
    var error = assertThrows(FunctionContractException.class, () -> cached.apply(batch(0, 3, 2)));
    assertTrue(
        error.getMessage().contains("\"crops\"") && error.getMessage().contains("7 rows for 3"),
        error.getMessage());
    assertNothingStored();
  }

  @Test
  void refusesAScalarForABatch() {
    var cached = cache.wrap("loss", V1, HOST, x -> HostTensor.ofFloats(new float[] {1}));
    var error = assertThrows(FunctionContractException.class, () -> cached.apply(batch(0, 3, 2)));
    assertTrue(error.getMessage().contains("Granularity.WHOLE"), error.getMessage());
    assertNothingStored();
  }

  @Test
  @SuppressWarnings("NullAway") // a function that returns null is what is tested
  void refusesNull() {
    var cached = cache.<HostTensor>wrap("none", V1, HOST, x -> null);
    assertThrows(FunctionContractException.class, () -> cached.apply(batch(0, 3, 2)));
    var several = cache.function("several", V1, HOST).wrapOperation(in -> null);
    assertThrows(FunctionContractException.class, () -> several.apply(batch(0, 3, 2)));
    var empty = cache.function("empty", V1, HOST).wrapOperation(in -> Outputs.none());
    assertThrows(FunctionContractException.class, () -> empty.apply(batch(0, 3, 2)));
    var inside =
        cache
            .function("inside", V1, HOST)
            .wrapOperation(in -> Outputs.<HostTensor>none().and("a", null));
    assertThrows(FunctionContractException.class, () -> inside.apply(batch(0, 3, 2)));
    assertNothingStored();
  }

  @Test
  void passesOnWhatTheFunctionThrowsAndStoresNothing() {
    IOException failure = new IOException("disk on fire");
    var cached =
        cache.<HostTensor>wrap(
            "fails",
            V1,
            HOST,
            x -> {
              throw failure;
            });
    assertSame(failure, assertThrows(IOException.class, () -> cached.apply(batch(0, 3, 2))));
    assertNothingStored();
  }

  @Test
  void computesAfterAFailure() {
    boolean[] fail = {true};
    var cached =
        cache.wrap(
            "flaky",
            V1,
            HOST,
            x -> {
              if (fail[0]) {
                throw new IllegalStateException("not now");
              }
              return Counted.featuresOf(x, 2, 1);
            });
    HostTensor x = batch(0, 3, 2);
    assertThrows(IllegalStateException.class, () -> cached.apply(x));
    fail[0] = false;
    assertTrue(sameBits(Counted.featuresOf(x, 2, 1), cached.apply(x)));
  }

  @Test
  void recomputesABatchWhoseRowsAreStoredInAnotherShape() {
    // pads each batch to its longest row: the width of an output row depends on the batch
    Counted padded = Counted.of(x -> Counted.featuresOf(x, (int) x.spec().dim(0), 1));
    var cached = cache.wrap("padded", V1, HOST, padded);
    HostTensor x = batch(0, 6, 3);
    cached.apply(rowsOf(x, 0, 1));
    cached.apply(rowsOf(x, 2, 3, 4));
    assertTrue(sameBits(Counted.featuresOf(x, 6, 1), cached.apply(x)));
    HostTensor two = rowsOf(x, 0, 2);
    assertTrue(sameBits(Counted.featuresOf(two, 2, 1), cached.apply(two)));
    assertEquals(6, cache.stats().tiers().get(0).entries());
    assertEquals(6, cache.stats().functions().get(0).rowsInMemory(), "each row once");
  }

  @Test
  void namesTheTensorThatTheAdapterRefuses() {
    TensorAdapter<HostTensor> strict = new Strict();
    var cached = cache.wrap("f", V1, strict, x -> HostTensor.ofFloats(new float[3], 3, 1));
    var input =
        assertThrows(
            IllegalArgumentException.class,
            () -> cached.apply(HostTensor.ofDoubles(new double[3], 3, 1)));
    assertEquals("function \"f\": input \"0\" cannot be a key: no doubles", input.getMessage());
    var doubles = cache.wrap("g", V1, strict, x -> HostTensor.ofDoubles(new double[3], 3, 1));
    var output = assertThrows(IllegalArgumentException.class, () -> doubles.apply(batch(0, 3, 2)));
    assertEquals("function \"g\": output \"0\" cannot be cached: no doubles", output.getMessage());
  }

  /** An adapter that refuses doubles. */
  private static final class Strict implements TensorAdapter<HostTensor> {
    @Override
    public Class<HostTensor> type() {
      return HOST.type();
    }

    @Override
    public TensorView view(HostTensor tensor) {
      if (tensor.spec().dtype() == DType.FLOAT64) {
        throw new IllegalArgumentException("no doubles");
      }
      return HOST.view(tensor);
    }

    @Override
    public HostTensor allocate(TensorSpec spec, HostTensor like) {
      return HOST.allocate(spec, like);
    }

    @Override
    public void release(HostTensor tensor) {
      HOST.release(tensor);
    }
  }

  @Test
  void refusesInputsOfDifferentRowCounts() {
    var cached = cache.function("pair", V1, HOST).wrapOperation(in -> Outputs.of(in.tensor(0)));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> cached.apply(Inputs.of(batch(0, 3, 2), batch(0, 4, 2))));
    assertTrue(error.getMessage().contains("3 and 4 rows"), error.getMessage());
  }

  @Test
  void refusesTensorsWithoutRows() {
    var cached = cache.wrap("f", V1, HOST, x -> x);
    HostTensor scalar = HostTensor.ofFloats(new float[] {1});
    var error = assertThrows(IllegalArgumentException.class, () -> cached.apply(scalar));
    assertTrue(
        error.getMessage().contains("0-d") && error.getMessage().contains("WHOLE"),
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> cached.apply(Inputs.none()));
  }

  @Test
  void refusesANameUsedTwiceWithOtherSettings() {
    cache.wrap("f", V1, HOST, x -> x);
    cache.wrap("f", Fingerprint.version("2"), HOST, x -> x);
    var whole = cache.function("f", V1, HOST).granularity(Granularity.WHOLE);
    var error = assertThrows(IllegalStateException.class, () -> whole.wrap(x -> x));
    assertTrue(
        error.getMessage().contains("ROWS") && error.getMessage().contains("WHOLE"),
        error.getMessage());
  }

  @Test
  void refusesUnusableNames() {
    for (String name : new String[] {"", "  ", "a\nb", "x".repeat(256)}) {
      assertThrows(IllegalArgumentException.class, () -> TensorCache.builder(name));
      assertThrows(IllegalArgumentException.class, () -> cache.wrap(name, V1, HOST, x -> x));
    }
  }

  @Test
  void refusesOptionsSetTwiceWithBothValues() {
    var builder = TensorCache.builder("b").heap(ByteSize.ofMiB(1));
    var error = assertThrows(IllegalStateException.class, () -> builder.heap(ByteSize.ofMiB(2)));
    assertTrue(
        error.getMessage().contains("1 MiB") && error.getMessage().contains("2 MiB"),
        error.getMessage());
    var function = cache.function("f", V1, HOST).level(CacheLevel.LIGHT);
    assertThrows(IllegalStateException.class, () -> function.level(CacheLevel.LIGHT));
  }

  @Test
  @SuppressWarnings("NullAway") // Java callers can pass null
  void refusesNullOptionsByName() {
    var error =
        assertThrows(
            NullPointerException.class, () -> TensorCache.builder("b").whenFull(null).build());
    assertTrue(error.getMessage().contains("whenFull"), error.getMessage());
  }

  @Test
  void refusesValuesOutOfRange() {
    var builder = TensorCache.builder("b");
    assertThrows(IllegalArgumentException.class, () -> builder.samplesPerRow(0));
    assertThrows(IllegalArgumentException.class, () -> builder.salt(new byte[31]));
    assertThrows(
        IllegalArgumentException.class, () -> builder.heap(ByteSize.ofBytes(Long.MAX_VALUE)));
    assertThrows(IllegalArgumentException.class, () -> ByteSize.ofBytes(-1));
    assertThrows(
        IllegalArgumentException.class, () -> cache.function("f", V1, HOST).storeAs(DType.INT8));
    assertThrows(IllegalArgumentException.class, () -> cache.epochs(2, 1));
  }

  @Test
  void refusesArgumentsWithoutACanonicalEncoding() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Inputs.none().with("options", new Object()));
    assertTrue(error.getMessage().contains("\"options\""), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Inputs.none().with("k", 1).with("k", 2));
  }

  @Test
  void refusesUseAfterClose() {
    var cached = cache.wrap("f", V1, HOST, x -> x);
    cached.apply(batch(0, 2, 2));
    cache.close();
    cache.close();
    assertThrows(IllegalStateException.class, () -> cached.apply(batch(0, 2, 2)));
    assertThrows(IllegalStateException.class, () -> cache.wrap("g", V1, HOST, x -> x));
    assertThrows(IllegalStateException.class, cache::clear);
    assertEquals(2, cache.stats().misses());
    assertEquals("bad", cache.config().name());
  }

  @Test
  void aFunctionThatCallsItselfThroughTheCacheTerminates() {
    CachedFunction<?>[] self = new CachedFunction<?>[1];
    Counted features = Counted.features(2);
    @SuppressWarnings("unchecked")
    var cached =
        cache
            .function("f", V1, HOST)
            .probing(false)
            .wrap(
                x ->
                    features.calls.get() == 0
                        ? ((CachedFunction<HostTensor>) nested(self, features, x)).apply(x)
                        : features.apply(x));
    self[0] = cached;
    HostTensor x = batch(0, 2, 3);
    assertTrue(sameBits(Counted.featuresOf(x, 2, 1), cached.apply(x)));
  }

  private static CachedFunction<?> nested(
      CachedFunction<?>[] self, Counted features, HostTensor x) {
    features.apply(x);
    return self[0];
  }
}
