package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.ClosableTensor;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopesTest {
  private final OpenScopes open = new OpenScopes();
  private final Scopes scopes = open.scopes;

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void aScopeIsOpenedOnceUnderItsName() {
    ScopeState<HostTensor> first = open.open("s", Retention.STRONG);
    assertSame(first, open.open("s", Retention.STRONG));
    assertSame(first, scopes.open("s", open.types, UnaryOperator.identity()));
    assertNotSame(first, open.open("t", Retention.STRONG));
    assertEquals("s", first.path());
    assertEquals(CacheLevel.NORMAL, first.settings().level(), "that of the cache");
  }

  @Test
  void anOpenScopeHasNoOtherOptions() {
    open.open("s", Retention.STRONG);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> open.open("s", Retention.WEAK));
    assertTrue(refused.getMessage().startsWith("scope \"s\" is open with "), refused.getMessage());
    assertTrue(refused.getMessage().contains("not with "), refused.getMessage());
  }

  @Test
  void anOpenScopeHasNoOtherTensors() {
    open.open("s", Retention.STRONG);
    KeepableTensors adapter = new KeepableTensors();
    ValueTypes<ClosableTensor> others = new ValueTypes<>(adapter, new MapType<>(adapter));
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class, () -> scopes.open("s", others, UnaryOperator.identity()));
    assertEquals(
        "scope \"s\" is open for io.tensorcache.tensor.HostTensor, not for"
            + " io.tensorcache.ClosableTensor",
        refused.getMessage());
  }

  @Test
  void aClosedScopeMakesRoomForAnotherOne() {
    ScopeState<HostTensor> first = open.open("s", Retention.STRONG);
    first.close(true);
    ScopeState<HostTensor> second = open.open("s", Retention.WEAK);
    assertNotSame(first, second);
    first.close(true);
    assertSame(second, open.open("s", Retention.WEAK), "closing it again removes no other one");
  }

  @Test
  void namesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> open.open(" ", Retention.COPY));
    assertThrows(IllegalArgumentException.class, () -> open.open("a\nb", Retention.COPY));
  }

  @Test
  void aClosedCacheOpensNone() {
    open.state.close();
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> open.open("s", Retention.COPY));
    assertEquals("cache \"test\" is closed", refused.getMessage());
  }

  @Test
  void numbersOfScopesAreNegativeAndDifferent() {
    ScopeState<HostTensor> a = open.open("a", Retention.COPY);
    ScopeState<HostTensor> b = open.open("b", Retention.COPY);
    assertTrue(a.number() < 0 && b.number() < 0, "functions have the others");
    assertTrue(a.number() != b.number());
  }

  @Test
  void noTwoCopiesHaveTheSameKey() {
    Set<TensorKey> keys = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      assertTrue(keys.add(scopes.newKey()));
    }
    assertEquals(1, keys.stream().mapToLong(TensorKey::hi).distinct().count());
    assertEquals(10_000, keys.stream().mapToLong(TensorKey::lo).distinct().count());
    try (OpenScopes other = new OpenScopes()) {
      assertFalse(keys.contains(other.scopes.newKey()));
    }
  }

  @Test
  void aRowThatATierDropsIsAnEntryThatLeaves() {
    ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
    open.put(scope, "K", 1);
    Entry entry = scope.table().find("K");
    assertNotNull(entry);
    TensorKey key = (TensorKey) entry.held();
    assertNotNull(key);
    scopes.evicted(key, scope.number() - 1);
    scopes.evicted(new TensorKey(1, 1), scope.number());
    assertEquals(List.of("K"), OpenScopes.names(scope), "another scope's, or another row");
    scopes.evicted(key, scope.number());
    assertEquals(List.of(), OpenScopes.names(scope));
    assertEquals(List.of("s/K EVICTED"), open.told, "and is told at once");
  }

  @Test
  void aClosedScopeIsToldOfNothing() {
    ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
    open.put(scope, "K", 1);
    TensorKey key = (TensorKey) scope.table().find("K").held();
    scope.close(false);
    scopes.evicted(key, scope.number());
    assertEquals(List.of(), open.told);
  }

  @Test
  void countsAreThoseOfAllScopesAndTheirChildren() {
    ScopeState<HostTensor> a = open.open("a", Retention.STRONG);
    ScopeState<HostTensor> child = a.child("inner", UnaryOperator.identity());
    ScopeState<HostTensor> b = open.open("b", Retention.COPY);
    open.put(a, "x", 1);
    open.put(child, "x", 1, 2);
    open.put(b, "x", 1, 2, 3);
    open.look(a, "x");
    open.look(child, "x");
    open.look(child, "no");
    open.look(b, "no");
    assertEquals(new ScopeStats(2, 2, 0, 0, 3, 24, 0), scopes.stats());
  }

  @Test
  void aResetReachesEveryScope() {
    ScopeState<HostTensor> a = open.open("a", Retention.STRONG);
    ScopeState<HostTensor> child = a.child("inner", UnaryOperator.identity());
    ScopeState<HostTensor> b = open.open("b", Retention.STRONG);
    for (ScopeState<HostTensor> each : List.of(a, child, b)) {
      open.put(each, "x", 1);
    }
    scopes.reset(false);
    assertEquals(List.of("a/x RESET", "a/inner/x RESET", "b/x RESET"), open.told);
    assertEquals(0, scopes.stats().entries());
  }

  @Test
  void closesAllWithoutAWord() {
    ScopeState<HostTensor> a = open.open("a", Retention.STRONG);
    ScopeState<HostTensor> child = a.child("inner", UnaryOperator.identity());
    open.put(child, "x", 1);
    scopes.close();
    assertTrue(a.table().isClosed());
    assertTrue(child.table().isClosed());
    assertEquals(List.of(), open.told);
    assertEquals(new ScopeStats(0, 0, 0, 0, 0, 0, 0), scopes.stats(), "none is open");
  }

  @Test
  void nothingIsToldInsideAComputation() {
    ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);
    open.put(scope, "x", 1);
    scope
        .calls()
        .get(
            open.types.tensor(),
            "K",
            SampleEntries.from(),
            () -> {
              scope.calls().remove("x");
              scopes.tell();
              assertEquals(List.of(), open.told);
              FutureTask<Boolean> other =
                  OtherThread.start(
                      () -> {
                        scopes.tell();
                        return true;
                      });
              assertTrue(OtherThread.result(other));
              assertEquals(List.of("s/x REMOVED"), open.told, "another thread may tell it");
              open.put(scope, "x", 1);
              scope.calls().remove("x");
              return OpenScopes.tensor(2);
            });
    assertEquals(List.of("s/x REMOVED", "s/x REMOVED"), open.told);
  }

  @Test
  void aListenerIsInsideTheCache() {
    ScopeState<HostTensor> scope =
        scopes.open(
            "s",
            open.types,
            base ->
                new ScopeSettings(
                    base.level(),
                    base.levels(),
                    Retention.STRONG,
                    null,
                    null,
                    null,
                    null,
                    removal -> open.told.add("inside " + open.state.depth().isInside()),
                    base.clock()));
    open.put(scope, "x", 1);
    open.put(scope, "x", 2);
    assertEquals(List.of("inside true"), open.told);
    assertFalse(open.state.depth().isInside());
  }
}
