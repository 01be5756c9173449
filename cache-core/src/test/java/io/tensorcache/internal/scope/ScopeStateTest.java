package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.ClosableTensor;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Removal;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.scope.ScopeListener;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeStateTest {
  private final OpenScopes open = new OpenScopes();
  private final ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);

  @AfterEach
  void close() {
    open.close();
  }

  private ScopeState<HostTensor> child(ScopeState<HostTensor> of, String name) {
    return of.child(name, UnaryOperator.identity());
  }

  private static UnaryOperator<ScopeSettings> level(CacheLevel level) {
    return base -> base.withLevel(level);
  }

  @Test
  void aChildHasItsParentsOptionsAndItsOwnName() {
    ScopeState<HostTensor> child = child(scope, "inner");
    assertEquals("inner", child.name());
    assertEquals("s/inner", child.path());
    assertEquals("s/inner/most", child(child, "most").path());
    assertEquals(scope.settings(), child.settings());
    assertSame(scope.types(), child.types());
    assertTrue(child.number() != scope.number());
  }

  @Test
  void aChildIsOpenedOnceUnderItsName() {
    ScopeState<HostTensor> child = child(scope, "inner");
    assertSame(child, child(scope, "inner"));
    assertThrows(
        IllegalStateException.class, () -> scope.child("inner", open.options(Retention.WEAK)));
    assertThrows(IllegalArgumentException.class, () -> child(scope, ""));
    child(scope, "a");
    assertEquals(List.of("a", "inner"), scope.children().stream().map(ScopeState::name).toList());
  }

  @Test
  void aChildBeginsAtTheLevelThatItsParentHasNow() {
    scope.level(CacheLevel.LIGHT);
    assertEquals(CacheLevel.LIGHT, child(scope, "inner").table().level());
    assertEquals(CacheLevel.HEAVY, scope.child("heavy", level(CacheLevel.HEAVY)).table().level());
  }

  @Test
  void aLoweredLevelLowersTheChildrenAndARaisedOneDoesNot() {
    ScopeState<HostTensor> heavy = scope.child("heavy", level(CacheLevel.HEAVY));
    ScopeState<HostTensor> most = child(heavy, "most");
    ScopeState<HostTensor> light = scope.child("light", level(CacheLevel.LIGHT));
    open.put(most, "x", Terms.of(CacheLevel.HEAVY), 1);
    scope.level(CacheLevel.NORMAL);
    assertEquals(CacheLevel.NORMAL, heavy.table().level());
    assertEquals(CacheLevel.NORMAL, most.table().level());
    assertEquals(CacheLevel.LIGHT, light.table().level());
    assertEquals(List.of("s/heavy/most/x LEVEL"), open.told);
    scope.level(CacheLevel.TOTAL);
    assertEquals(CacheLevel.NORMAL, heavy.table().level());
    assertEquals(CacheLevel.TOTAL, scope.table().level());
  }

  @Test
  void aTrimReachesTheChildrenAndLeavesTheLevels() {
    ScopeState<HostTensor> child = child(scope, "inner");
    open.put(scope, "x", 1);
    open.put(child, "y", 1);
    open.put(child, "light", Terms.of(CacheLevel.LIGHT), 1);
    scope.trimTo(CacheLevel.LIGHT);
    assertEquals(List.of("s/x LEVEL", "s/inner/y LEVEL"), open.told);
    assertEquals(List.of("light"), OpenScopes.names(child));
    assertEquals(CacheLevel.NORMAL, child.table().level());
  }

  @Test
  void aResetReachesTheChildrenIfAsked() {
    ScopeState<HostTensor> child = child(scope, "inner");
    open.put(scope, "x", 1);
    open.put(child, "y", 1);
    open.put(child, "g", SampleEntries.group("spared"), 1);
    scope.reset(false, false, Set.of());
    assertEquals(List.of("s/x RESET"), open.told);
    scope.reset(false, true, Set.of("spared"));
    assertEquals(List.of("s/x RESET", "s/inner/y RESET"), open.told);
    assertEquals(List.of("g"), OpenScopes.names(child));
  }

  @Test
  void closesWithItsChildrenAndTellsIfAsked() {
    ScopeState<HostTensor> child = child(scope, "inner");
    open.put(scope, "x", 1);
    open.put(child, "y", 1);
    scope.close(true);
    assertEquals(List.of("s/x REMOVED", "s/inner/y REMOVED"), open.told);
    assertTrue(child.table().isClosed());
    assertEquals(List.of(), scope.children());
    IllegalStateException refused = assertThrows(IllegalStateException.class, child::checkOpen);
    assertEquals("scope \"s/inner\" is closed or was removed", refused.getMessage());
    assertThrows(IllegalStateException.class, () -> child(scope, "inner"));
  }

  @Test
  void aClosedChildMakesRoomForAnotherOne() {
    ScopeState<HostTensor> first = child(scope, "inner");
    first.close(false);
    assertEquals(List.of(), scope.children());
    ScopeState<HostTensor> second = child(scope, "inner");
    assertNotSame(first, second);
    first.close(false);
    assertEquals(List.of(second), scope.children());
    scope.checkOpen();
  }

  @Test
  void aClosedCacheClosesItsScopes() {
    scope.checkOpen();
    open.state.close();
    IllegalStateException refused = assertThrows(IllegalStateException.class, scope::checkOpen);
    assertEquals("cache \"test\" is closed", refused.getMessage());
  }

  @Test
  void countsWhatHappened() {
    open.put(scope, "x", 1, 2);
    open.put(scope, "y", 1);
    open.look(scope, "x");
    open.look(scope, "no");
    open.look(scope, "no");
    scope.table().leave(scope.table().find("y"), RemovalCause.EVICTED);
    scope.table().leave(scope.table().find("x"), RemovalCause.COLLECTED);
    open.put(scope, "z", 1, 2, 3);
    assertEquals(new ScopeStats(1, 2, 1, 1, 1, 12, 0), scope.stats());
  }

  @Test
  void countsWhatTheListenerThrows() {
    ScopeState<HostTensor> throwing =
        open.scopes.open(
            "throwing",
            open.types,
            base ->
                listening(
                    base,
                    Retention.STRONG,
                    removal -> {
                      throw new IllegalStateException("on purpose");
                    }));
    open.put(throwing, "x", 1);
    open.put(throwing, "x", 1);
    open.put(throwing, "x", 1);
    assertEquals(2, throwing.stats().listenerFailures());
    assertEquals(0, scope.stats().listenerFailures());
  }

  private static ScopeSettings listening(
      ScopeSettings base, Retention retention, ScopeListener listener) {
    return new ScopeSettings(
        base.level(), base.levels(), retention, null, null, null, null, listener, base.clock());
  }

  @Test
  void aRemovalHasTheValueThatWasHeldByReference() {
    List<Removal> removals = new ArrayList<>();
    for (Retention retention : List.of(Retention.STRONG, Retention.COPY)) {
      ScopeState<HostTensor> each =
          open.scopes.open(
              retention.toString(), open.types, base -> listening(base, retention, removals::add));
      HostTensor value = OpenScopes.tensor(1);
      each.calls().put(open.types.tensor(), "x", Terms.of(CacheLevel.LIGHT), value);
      each.calls().remove("x");
      each.tell();
      Object told = retention.isCopy() ? null : value;
      assertEquals(
          List.of(
              new Removal(retention.toString(), "x", CacheLevel.LIGHT, RemovalCause.REMOVED, told)),
          removals);
      removals.clear();
    }
  }

  @Test
  void movesWhatIsHeldByReferenceInTheChildrenToo() {
    KeepableTensors adapter = new KeepableTensors();
    ValueTypes<ClosableTensor> types = new ValueTypes<>(adapter, new MapType<>(adapter));
    ScopeState<ClosableTensor> moving =
        open.scopes.open("moving", types, open.options(Retention.STRONG));
    ScopeState<ClosableTensor> child = moving.child("inner", UnaryOperator.identity());
    ClosableTensor here = KeepableTensors.of(1, 2);
    ClosableTensor closed = KeepableTensors.of(3);
    moving.calls().put(types.tensor(), "x", SampleEntries.from(), here);
    moving.calls().put(types.tensor(), "closed", SampleEntries.from(), closed);
    child.calls().put(types.tuple(), "pair", SampleEntries.from(), List.of(here));
    closed.close();
    moving.moveTo("cpu");
    assertSame(here, moving.calls().getIfPresent(types.tensor(), "x", SampleEntries.from()));
    moving.moveTo("elsewhere");
    ClosableTensor moved = moving.calls().getIfPresent(types.tensor(), "x", SampleEntries.from());
    assertEquals("elsewhere", moved.device());
    List<ClosableTensor> pair =
        child.calls().getIfPresent(types.tuple(), "pair", SampleEntries.from());
    assertEquals("elsewhere", pair.get(0).device());
    assertEquals(8, moving.stats().bytes());
    assertEquals(List.of("moving/closed COLLECTED"), open.told, "a move is no removal");
  }

  @Test
  void copiesAreNotMovedAndTheirDeviceMustBeThere() {
    KeepableTensors adapter = new KeepableTensors();
    ValueTypes<ClosableTensor> types = new ValueTypes<>(adapter, new MapType<>(adapter));
    ScopeState<ClosableTensor> copies =
        open.scopes.open("copies", types, open.options(Retention.COPY));
    copies.calls().put(types.tensor(), "x", SampleEntries.from(), KeepableTensors.of(1));
    copies.moveTo("elsewhere");
    assertEquals(List.of(), adapter.made, "what was tried is released");
    assertEquals(
        "cpu", copies.calls().getIfPresent(types.tensor(), "x", SampleEntries.from()).device());
    ScopeState<HostTensor> host = open.open("host", Retention.COPY);
    host.moveTo("cpu");
    assertThrows(IllegalArgumentException.class, () -> host.moveTo("cuda:0"));
    assertNull(open.look(host, "x"));
  }
}
