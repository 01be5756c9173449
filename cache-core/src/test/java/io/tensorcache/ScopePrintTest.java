package io.tensorcache;

import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A scope as it is printed. */
class ScopePrintTest {
  record Stats(HostTensor mean, int count) {}

  private final TensorCache cache = TensorCache.builder("p").store(store -> {}).build();

  @AfterEach
  void close() {
    cache.close();
  }

  private Scope<HostTensor> scope(String name, Retention retention) {
    return cache
        .scopeBuilder(name, HostTensor.adapter())
        .retention(retention)
        .fingerprint(Fingerprint.version("1"))
        .open();
  }

  private static HostTensor matrix() {
    return HostTensor.ofRows(new float[][] {{1, 0.30578f}, {-0.30578f, 1}});
  }

  @Test
  void showsWhatEachEntryIsAndItsFirstValues() {
    Scope<HostTensor> scope = scope("kpca", Retention.COPY);
    scope.get("K", LIGHT, true, ScopePrintTest::matrix);
    scope.put("_private", NONE, HostTensor.ofLongs(new long[] {-7}, 1));
    scope.entry("statistics", Stats.class).put(new Stats(matrix(), 3));
    scope.child("inner").put("x", HostTensor.ofDoubles(new double[] {0.5}));
    String k =
        "  K [light] persisting, float32[2, 2], 16 bytes, heap:"
            + " tensor([[1.0000, 0.3058], [-0.3058, 1.0000]])\n";
    String statistics =
        "  statistics [normal] Stats.mean float32[2, 2], Stats.count int32[], 20 bytes, heap:"
            + " tensor([[1.0000, 0.3058], [-0.3058, 1.0000]]), tensor(3)\n";
    String child = "kpca/inner [normal]\n  x [normal] float64[], 8 bytes, heap: tensor(0.5000)\n";
    assertEquals("kpca [normal]\n" + k + statistics + child, scope.describe(false));
    assertTrue(
        scope.describe(true).contains("  _private [none] int64[1], 8 bytes, heap: tensor([-7])\n"));
  }

  /** Names come from files too. */
  @Test
  void showsNamesAsPlainText() {
    Scope<HostTensor> scope = scope("a\u202Eb", Retention.COPY);
    scope.put("c\u2066d", HostTensor.ofDoubles(new double[] {0.5}));
    String text = scope.describe(false);
    assertTrue(text.startsWith("a\\u202eb [normal]\n  c\\u2066d [normal] "), text);
  }

  @Test
  void saysWhereAValueLies() {
    Scope<HostTensor> strong = scope("strong", Retention.STRONG);
    strong.put("x", matrix());
    assertTrue(strong.describe(false).contains("16 bytes, strong: tensor([["));
    HostTensor held = matrix();
    Scope<HostTensor> weak = scope("weak", Retention.WEAK);
    weak.put("x", held);
    assertTrue(weak.describe(false).contains("16 bytes, weak: tensor([["));
    Scope<HostTensor> copies = scope("copies", Retention.COPY);
    copies.get("K", LIGHT, true, ScopePrintTest::matrix);
    cache.reset();
    assertTrue(copies.describe(false).contains("K [light] persisting, 16 bytes, durable\n"));
    java.lang.ref.Reference.reachabilityFence(held);
  }

  @Test
  void aLargeTensorShowsItsFirstRowsAndColumns() {
    Scope<HostTensor> scope = scope("large", Retention.STRONG);
    scope.put("x", HostTensor.ofFloats(new float[5 * 8], 5, 8));
    scope.put("empty", HostTensor.ofFloats(new float[0], 0, 3));
    String row = "[0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000, ...]";
    assertTrue(
        scope.describe(false).contains("tensor([" + row + ", " + row + ", " + row + ", ...])"));
    assertTrue(scope.describe(false).contains("tensor([])"));
  }

  @Test
  void printingIsNoUse() {
    Scope<HostTensor> scope = cache.scopeBuilder("lru", HostTensor.adapter()).maxEntries(2).open();
    scope.put("a", matrix());
    scope.put("b", matrix());
    scope.describe(true);
    scope.put("c", matrix());
    assertEquals(List.of("b", "c"), scope.names());
    assertEquals(0, scope.stats().hits());
  }

  @Test
  void printsToStandardOutput() {
    Scope<HostTensor> scope = scope("kpca", Retention.COPY);
    scope.put("K", matrix());
    scope.put("_k", matrix());
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      scope.print();
      scope.print(true);
    } finally {
      System.setOut(before);
    }
    assertEquals(
        scope.describe(false) + scope.describe(true), printed.toString(StandardCharsets.UTF_8));
  }
}
