package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An adapter that would give wrong values is refused at its first use. */
class AdapterUseTest {
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache = TensorCache.builder("adapters").heap(ByteSize.ofMiB(8)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  private static void assertRefused(
      TensorAdapter<?> adapter, IllegalArgumentException e, String why) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith("adapter " + adapter.getClass().getName() + ": "), message);
    assertTrue(message.contains(why), message);
    assertTrue(message.contains("extend io.tensorcache.tensor.CopyingAdapter"), message);
  }

  @Test
  void aViewThatIsACopyIsRefusedBeforeTheFunctionRuns() {
    var adapter = new FloatRows.Naive();
    AtomicInteger calls = new AtomicInteger();
    var function =
        cache.wrap(
            "naive",
            V1,
            adapter,
            x -> {
              calls.incrementAndGet();
              return x;
            });
    for (int i = 0; i < 2; i++) {
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> function.apply(new float[][] {{1, 2}, {3, 4}}));
      assertRefused(adapter, e, "what is written through view(allocate(...)) is not in the tensor");
      assertRefused(adapter, e, "float32[1, 2]");
    }
    assertEquals(0, calls.get());
    assertEquals(0, cache.stats().rowsComputed());
  }

  @Test
  void soItIsInAScopeThatKeepsCopies() {
    var adapter = new FloatRows.Naive() {};
    var scope = cache.scope("naive", adapter);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              scope.put("k", io.tensorcache.config.CacheLevel.NORMAL, new float[][] {{1, 2}});
              scope.entry("k").get(() -> new float[][] {{1, 2}});
            });
    assertRefused(adapter, e, "is not in the tensor");
  }

  @Test
  void otherFlawsAreRefusedToo() {
    HostTensor x = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});
    assertRefused(new FloatRows.ReadOnly(), refused(new FloatRows.ReadOnly(), x), "read-only");
    assertRefused(new FloatRows.Shared(), refused(new FloatRows.Shared(), x), "share their memory");
    assertRefused(
        new FloatRows.OtherShape(),
        refused(new FloatRows.OtherShape(), x),
        "the fresh tensor is float32[1, 1, 2]");
  }

  private IllegalArgumentException refused(TensorAdapter<HostTensor> adapter, HostTensor x) {
    var function = cache.wrap(adapter.getClass().getSimpleName(), V1, adapter, y -> y);
    return assertThrows(IllegalArgumentException.class, () -> function.apply(x));
  }

  /** It cannot make inputs, and need not: no row of a batch is picked for it. */
  @Test
  void anAdapterThatMakesOnlyOutputsIsTriedWithThem() {
    class OutputsOnly extends FloatRows.Naive {
      @Override
      public float[][] allocate(io.tensorcache.tensor.TensorSpec spec, float[][] like) {
        if (spec.dim(1) == 2) {
          throw new UnsupportedOperationException("inputs are read from files");
        }
        return super.allocate(spec, like);
      }
    }
    var adapter = new OutputsOnly();
    var function = cache.wrap("outputs", V1, adapter, x -> new float[x.length][3]);
    for (int i = 0; i < 2; i++) {
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> function.apply(new float[][] {{1, 2}}));
      assertRefused(adapter, e, "float32[1, 3]");
    }
  }

  @Test
  void aGoodAdapterIsTriedOnceAndCostsAHitNothing() {
    AtomicInteger allocated = new AtomicInteger();
    class Counting extends FloatRows.Flawed {
      @Override
      public HostTensor allocate(io.tensorcache.tensor.TensorSpec spec, HostTensor like) {
        allocated.incrementAndGet();
        return super.allocate(spec, like);
      }
    }
    var function = cache.wrap("good", V1, new Counting(), x -> x);
    HostTensor x = HostTensor.ofRows(new float[][] {{1, 2}});
    function.apply(x);
    int atFirst = allocated.get();
    assertArrayEquals(x.floats(), function.apply(x).floats());
    assertEquals(1, allocated.get() - atFirst);
    var other = cache.wrap("other", V1, new Counting(), y -> y);
    other.apply(x);
    assertEquals(2, allocated.get() - atFirst);
  }
}
