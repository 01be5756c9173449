package io.tensorcache;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.LevelTable;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a scope keeps and for how long: levels, entries, children. */
class ScopeTest {
  private final TensorCache cache = TensorCache.builder("scopes").build();
  private final Scope<HostTensor> scope = cache.scope("kpca", HostTensor.adapter());
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    cache.close();
  }

  private HostTensor tensor(float value) {
    calls.incrementAndGet();
    return HostTensor.ofFloats(new float[] {value, value + 1}, 2);
  }

  private Scope<HostTensor> opened(CacheLevel level) {
    return cache.scopeBuilder("at " + level, HostTensor.adapter()).level(level).open();
  }

  @Test
  void computesOnceAndReturnsAFreshCopyAtEachHit() {
    HostTensor first = scope.get("K", () -> tensor(1));
    HostTensor second = scope.get("K", () -> tensor(2));
    second.bytes().putFloat(0, 99);
    HostTensor third = scope.get("K", () -> tensor(3));
    assertEquals(1, calls.get());
    assertNotSame(first, second);
    assertArrayEquals(new float[] {1, 2}, third.floats());
  }

  @Test
  void changingTheComputedTensorDoesNotChangeWhatIsKept() {
    HostTensor first = scope.get("K", () -> tensor(1));
    first.bytes().putFloat(0, 99);
    assertArrayEquals(new float[] {1, 2}, scope.getIfPresent("K").floats());
  }

  @Test
  void returnsTheSameObjectByReference() {
    Scope<HostTensor> strong =
        cache.scopeBuilder("strong", HostTensor.adapter()).retention(Retention.STRONG).open();
    HostTensor first = strong.get("K", () -> tensor(1));
    assertSame(first, strong.get("K", () -> tensor(2)));
    assertSame(first, strong.getIfPresent("K"));
  }

  @Test
  void storesAnEntryIfItsLevelIsAtMostTheScopes() {
    for (CacheLevel limit : CacheLevel.values()) {
      Scope<HostTensor> at = opened(limit);
      for (CacheLevel level : CacheLevel.values()) {
        at.get(level.name(), level, () -> tensor(1));
        assertEquals(
            level.compareTo(limit) <= 0,
            at.getIfPresent(level.name()) != null,
            level + "@" + limit);
      }
    }
  }

  @Test
  void anEntryOfLevelNoneIsKeptAtEveryLevel() {
    scope.get("x", NONE, () -> tensor(1));
    scope.level(NONE);
    assertEquals(List.of("x"), scope.names());
  }

  @Test
  void loweringTheLevelDropsWhatIsAboveItInTheChildrenToo() {
    scope.level(TOTAL);
    Scope<HostTensor> child = scope.child("inner");
    assertEquals(TOTAL, child.level());
    for (Scope<HostTensor> each : List.of(scope, child)) {
      each.get("light", LIGHT, () -> tensor(1));
      each.get("heavy", HEAVY, () -> tensor(1));
      each.force("forced", TOTAL, () -> tensor(1));
    }
    scope.level(LIGHT);
    assertEquals(LIGHT, child.level());
    assertEquals(List.of("forced", "light"), scope.names());
    assertEquals(List.of("forced", "light"), child.names());
    scope.trimTo(LIGHT);
    assertEquals(List.of("light"), scope.names());
    assertEquals(List.of("light"), child.names());
  }

  @Test
  void raisingTheLevelLeavesTheChildrenAlone() {
    Scope<HostTensor> child = scope.childBuilder("inner").level(LIGHT).open();
    scope.level(TOTAL);
    assertEquals(LIGHT, child.level());
  }

  @Test
  void takesALevelKeyAtItsLevel() {
    scope.get("K", "sample_K", () -> tensor(1));
    scope.get("other", "forward_oos_other_representation", () -> tensor(1));
    assertEquals(List.of("K"), scope.names());
    assertThrows(IllegalArgumentException.class, () -> scope.get("x", "sample_L", () -> tensor(1)));
  }

  @Test
  void takesTheLevelOfAnEditedTable() {
    LevelTable edited = LevelTable.defaults().with("sample_K", TOTAL).adding("mine", LIGHT);
    Scope<HostTensor> own = cache.scopeBuilder("own", HostTensor.adapter()).levels(edited).open();
    own.get("K", "sample_K", () -> tensor(1));
    own.get("M", "mine", () -> tensor(1));
    assertEquals(List.of("M"), own.names());
    assertEquals(edited, own.levels());
  }

  @Test
  void takeReadsOnceThenItIsGone() {
    scope.put("d", tensor(1));
    assertArrayEquals(new float[] {1, 2}, scope.take("d").floats());
    assertNull(scope.take("d"));
    assertArrayEquals(new float[] {5, 6}, scope.take("d", () -> tensor(5)).floats());
    assertNull(scope.getIfPresent("d"));
  }

  @Test
  void putAndOverwriteReplaceWhatIsThere() {
    scope.put("K", tensor(1));
    scope.put("K", tensor(2));
    assertArrayEquals(new float[] {2, 3}, scope.getIfPresent("K").floats());
    scope.entry("K").overwrite(() -> tensor(7));
    assertArrayEquals(new float[] {7, 8}, scope.getIfPresent("K").floats());
  }

  @Test
  void removesOneOrSeveral() {
    for (String name : List.of("abc", "d", "e")) {
      scope.put(name, tensor(1));
    }
    assertEquals(2, scope.remove("abc", "e", "not there"));
    assertEquals(List.of("d"), scope.names());
  }

  @Test
  void privateNamesAreHiddenUnlessAskedFor() {
    scope.put("_hidden", tensor(1));
    scope.put("shown", tensor(1));
    assertEquals(List.of("shown"), scope.names());
    assertEquals(List.of("_hidden", "shown"), scope.names(true));
    assertTrue(!scope.describe(false).contains("_hidden"));
    assertTrue(scope.describe(true).contains("_hidden"));
  }

  @Test
  void childrenAreNamedAndTheSameScopeEachTime() {
    scope.child("b").put("x", tensor(1));
    scope.child("a");
    assertEquals(List.of("a", "b"), scope.children());
    assertEquals("kpca/b", scope.child("b").path());
    assertEquals(List.of("x"), scope.child("b").names());
    assertEquals(List.of(), scope.names());
  }

  @Test
  void loweringReachesAChildThatIsAboveItsOwnParent() {
    Scope<HostTensor> outer = opened(CacheLevel.TOTAL);
    Scope<HostTensor> middle = outer.childBuilder("middle").level(CacheLevel.LIGHT).open();
    Scope<HostTensor> inner = middle.childBuilder("inner").level(CacheLevel.TOTAL).open();
    inner.put("x", CacheLevel.TOTAL, tensor(1));
    outer.level(CacheLevel.LIGHT);
    assertEquals(CacheLevel.LIGHT, inner.level());
    assertEquals(List.of(), inner.names());
  }
}
