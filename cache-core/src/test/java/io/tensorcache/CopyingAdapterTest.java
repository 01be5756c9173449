package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors whose memory cannot be shown, on every way that a value takes. */
class CopyingAdapterTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final TensorAdapter<float[][]> ROWS = new FloatRows.Copying();
  private static final float[][] X = {{1, 2}, {3, 4}, {1, 2}};
  private static final float[][] SQUARES = {{1, 4}, {9, 16}, {1, 4}};

  private final AtomicInteger computed = new AtomicInteger();

  private float[][] squares(float[][] x) {
    computed.addAndGet(x.length);
    float[][] result = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      result[i] = x[i].clone();
      for (int j = 0; j < x[i].length; j++) {
        result[i][j] *= x[i][j];
      }
    }
    return result;
  }

  private void assertServes(TensorCache cache, UnaryOperator<FunctionBuilder<float[][]>> options) {
    CachedFunction<float[][]> function =
        options.apply(cache.function("squares", V1, ROWS)).wrap(this::squares);
    float[][] first = function.apply(X);
    assertArrayEquals(SQUARES, first);
    first[0][0] = 99; // the caller's
    assertArrayEquals(SQUARES, function.apply(X));
    assertNotSame(function.apply(X), function.apply(X));
    assertArrayEquals(
        new float[][] {{1, 4}, {25, 36}}, function.apply(new float[][] {{1, 2}, {5, 6}}));
  }

  @Test
  void onTheHeapWithPartialHits() {
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      assertServes(cache, f -> f.probing(false));
      assertEquals(3, computed.get());
    }
  }

  @Test
  void offTheHeap() {
    try (TensorCache cache = TensorCache.builder("x").offHeap(ByteSize.ofMiB(2)).build()) {
      assertServes(cache, f -> f.probing(false));
      assertEquals(3, computed.get());
    }
  }

  @Test
  void wholeNarrowAndRecomputed() {
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      assertServes(cache, f -> f.granularity(Granularity.WHOLE));
    }
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      assertServes(cache, f -> f.storeAs(DType.BFLOAT16));
    }
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      assertServes(cache, f -> f.onPartialMiss(PartialMiss.RECOMPUTE_BATCH));
    }
  }

  @Test
  void inTheStoreAndWarm(@TempDir Path directory) {
    for (int program = 0; program < 2; program++) {
      try (TensorCache cache =
          TensorCache.builder("x").store(store -> store.directory(directory)).build()) {
        var function =
            cache.function("squares", V1, ROWS).persisting(true).probing(false).wrap(this::squares);
        function.warm(List.of(X, new float[][] {{3, 4}, {7, 8}}));
        assertArrayEquals(SQUARES, function.apply(X));
        cache.reset();
        assertServes(cache, f -> f.persisting(true).probing(false));
      }
    }
    assertEquals(4, computed.get()); // [5, 6] too
  }

  record Pair(float[][] left, float[][] right, int k) {}

  @Test
  void inScopesAsTensorsTuplesAndRecords(@TempDir Path directory) {
    for (int program = 0; program < 2; program++) {
      try (TensorCache cache =
          TensorCache.builder("x").store(store -> store.directory(directory)).build()) {
        Scope<float[][]> scope = cache.scopeBuilder("s", ROWS).fingerprint(V1).open();
        scope.put("x", CacheLevel.NORMAL, X);
        assertArrayEquals(X, scope.entry("x").get(() -> SQUARES));
        assertArrayEquals(X, scope.take("x", () -> SQUARES));
        for (int i = 0; i < 2; i++) {
          assertArrayEquals(SQUARES, scope.entry("k").persisting(true).get(() -> squares(X)));
          var tuple = scope.outputs("t").get(() -> Outputs.of(X, SQUARES));
          assertArrayEquals(SQUARES, tuple.tensor(1));
          Pair pair = scope.entry("p", Pair.class).get(() -> new Pair(X, SQUARES, 3));
          assertArrayEquals(X, pair.left());
          assertArrayEquals(SQUARES, pair.right());
          assertEquals(3, pair.k());
        }
      }
    }
    assertEquals(3, computed.get()); // once, in the first program
  }

  @Test
  void oneThatGivesBackSomethingElseIsRefused() {
    class Wrong extends io.tensorcache.tensor.CopyingAdapter<HostTensor> {
      @Override
      public Class<HostTensor> type() {
        return HostTensor.class;
      }

      @Override
      public HostTensor toHost(HostTensor tensor) {
        return HostTensor.zeros(tensor.spec());
      }

      @Override
      public HostTensor fromHost(HostTensor content) {
        return content;
      }
    }
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      var function = cache.wrap("wrong", V1, new Wrong(), x -> x);
      HostTensor x = HostTensor.ofRows(new float[][] {{1, 2}});
      var e = assertThrows(IllegalArgumentException.class, () -> function.apply(x));
      assertTrue(e.getMessage().contains("has another content"), e.getMessage());
    }
  }
}
