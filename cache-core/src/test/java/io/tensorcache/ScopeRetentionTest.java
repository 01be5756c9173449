package io.tensorcache;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How values are held, and how many of them. */
class ScopeRetentionTest {
  private final TensorCache cache = TensorCache.builder("scopes").build();

  @AfterEach
  void close() {
    cache.close();
  }

  private ScopeBuilder<HostTensor> scope(Retention retention) {
    return cache.scopeBuilder("s", HostTensor.adapter()).retention(retention);
  }

  private static HostTensor tensor(float value) {
    return HostTensor.ofFloats(new float[] {value, 0}, 2);
  }

  static Stream<Retention> retentions() {
    return Stream.of(
        Retention.COPY,
        Retention.STRONG,
        Retention.WEAK,
        Retention.hybrid(2),
        Retention.byLevel(LIGHT));
  }

  static Stream<Supplier<Retention>> madeAnew() {
    return Stream.of(() -> Retention.hybrid(2), () -> Retention.byLevel(LIGHT));
  }

  @ParameterizedTest
  @MethodSource("madeAnew")
  void aScopeIsFoundAgainWithTheSameRetentionMadeAnew(Supplier<Retention> retention) {
    scope(retention.get()).open().put("x", tensor(1));
    assertEquals(List.of("x"), scope(retention.get()).open().names());
    assertThrows(IllegalStateException.class, () -> scope(Retention.hybrid(3)).open());
  }

  @Test
  void aWeakValueIsServedAsTheSameObjectWhileTheProgramHoldsIt() {
    Scope<HostTensor> scope = scope(Retention.WEAK).open();
    HostTensor held = scope.get("x", () -> tensor(1));
    System.gc();
    assertSame(held, scope.getIfPresent("x"));
    assertSame(held, scope.get("x", () -> tensor(2)));
    assertEquals(0, scope.stats().collected());
    Reference.reachabilityFence(held);
  }

  @Test
  void aWeakValueIsGoneAfterTheProgramLetItGo() {
    Scope<HostTensor> scope = scope(Retention.WEAK).open();
    HostTensor held = scope.get("held", () -> tensor(1));
    scope.get("let go", () -> tensor(2));
    Garbage.collectUntil(() -> scope.stats().collected() == 1);
    assertEquals(List.of("held"), scope.names());
    assertNull(scope.getIfPresent("let go"));
    assertEquals(3, scope.get("let go", () -> tensor(3)).floats()[0]); // collected in between
    Reference.reachabilityFence(held);
  }

  @Test
  void hybridHoldsTheLastUsedStronglyAndTheRestWeakly() {
    Scope<HostTensor> scope = scope(Retention.hybrid(2)).open();
    for (String name : List.of("a", "b", "c", "d")) {
      scope.get(name, () -> tensor(name.charAt(0)));
      if (name.equals("c")) {
        scope.getIfPresent("a"); // now c and a were used last, then d and a
      }
    }
    Garbage.collectUntil(() -> scope.stats().collected() == 2);
    assertEquals(List.of("a", "d"), scope.names());
  }

  @Test
  void hybridTakesAWeakEntryThatIsUsedAmongTheStrongOnes() {
    Scope<HostTensor> scope = scope(Retention.hybrid(1)).open();
    HostTensor a = scope.get("a", () -> tensor(1));
    scope.get("b", () -> tensor(2));
    assertSame(a, scope.getIfPresent("a")); // weak until now
    Reference.reachabilityFence(a);
    a = null;
    Garbage.collectUntil(() -> scope.stats().collected() == 1);
    assertEquals(List.of("a"), scope.names());
  }

  @Test
  void byLevelHoldsCriticalEntriesStronglyAndTheOthersWeakly() {
    Scope<HostTensor> scope = scope(Retention.byLevel(LIGHT)).level(HEAVY).open();
    scope.get("critical", LIGHT, () -> tensor(1));
    scope.get("intermediate", NORMAL, () -> tensor(2));
    scope.get("temporary", HEAVY, () -> tensor(3));
    Garbage.collectUntil(() -> scope.stats().collected() == 2);
    assertEquals(List.of("critical"), scope.names());
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void theEntryUsedLongestAgoLeavesWhenThereAreTooMany(Retention retention) {
    Scope<HostTensor> scope = scope(retention).maxEntries(3).open();
    List<HostTensor> held = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      held.add(scope.get(name, () -> tensor(1)));
    }
    scope.getIfPresent("c");
    held.add(scope.getIfPresent("a"));
    held.add(scope.get("d", () -> tensor(1))); // b was used longest ago
    assertEquals(List.of("a", "c", "d"), scope.names());
    held.add(scope.get("e", () -> tensor(1))); // then c: a was read after it
    assertEquals(List.of("a", "d", "e"), scope.names());
    assertEquals(2, scope.stats().evictions());
    Reference.reachabilityFence(held);
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void neverMoreBytesThanAllowed(Retention retention) {
    Scope<HostTensor> scope = scope(retention).maxBytes(ByteSize.ofBytes(20)).open();
    List<HostTensor> held = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int value = i;
      held.add(scope.get("x" + i, () -> tensor(value))); // 8 bytes each
      assertTrue(scope.stats().bytes() <= 20, scope.stats().toString());
    }
    assertEquals(List.of("x3", "x4"), scope.names());
    held.add(scope.get("large", () -> HostTensor.ofFloats(new float[6], 6)));
    assertEquals(List.of("x3", "x4"), scope.names());
    Reference.reachabilityFence(held);
  }

  @Test
  void aCopyThatTheTierEvictsLeavesTheScope() {
    try (TensorCache small = TensorCache.builder("small").heap(ByteSize.ofKiB(4)).build()) {
      Scope<HostTensor> scope = small.scope("s", HostTensor.adapter());
      for (int i = 0; i < 20; i++) {
        scope.get("x" + i, () -> HostTensor.ofFloats(new float[256], 256));
      }
      assertEquals(3, scope.stats().entries()); // 1 KiB and 256 bytes each
      assertEquals(17, scope.stats().evictions());
      assertNotNull(scope.getIfPresent("x19"));
      assertNull(scope.getIfPresent("x0"));
    }
  }

  @Test
  void copiesLieOffTheHeapToo() {
    try (TensorCache offHeap = TensorCache.builder("off").offHeap(ByteSize.ofMiB(2)).build()) {
      Scope<HostTensor> scope = offHeap.scope("s", HostTensor.adapter());
      scope.put("x", tensor(4));
      assertEquals(4, scope.getIfPresent("x").floats()[0]);
      assertTrue(scope.describe(false).contains("off_heap"), scope.describe(false));
    }
  }

  @Test
  void whatACopyingScopeDropsLeavesTheTiers() {
    Scope<HostTensor> scope = scope(Retention.COPY).open();
    scope.put("x", tensor(1));
    scope.put("x", tensor(2));
    assertEquals(1, cache.stats().tiers().get(0).entries());
    scope.remove("x");
    assertEquals(0, cache.stats().tiers().get(0).entries());
    scope.put("x", tensor(1));
    scope.close();
    assertEquals(0, cache.stats().tiers().get(0).entries());
  }

  @Test
  void countsHitsAndMisses() {
    Scope<HostTensor> scope = scope(Retention.STRONG).open();
    scope.get("x", () -> tensor(1));
    scope.get("x", () -> tensor(1));
    scope.getIfPresent("x");
    scope.getIfPresent("y");
    scope.get("above", CacheLevel.TOTAL, () -> tensor(1));
    assertEquals(2, scope.stats().hits());
    assertEquals(3, scope.stats().misses());
    assertEquals(0.4, scope.stats().hitRate());
    assertEquals(1, scope.stats().entries());
    assertEquals(8, scope.stats().bytes());
  }

  @Test
  void impossibleBoundsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Retention.hybrid(0));
    assertThrows(IllegalArgumentException.class, () -> scope(Retention.WEAK).maxEntries(0));
  }
}
