package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.scope.Computation;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ScopeCallsTest {
  private static final Terms NORMAL = SampleEntries.from();
  private static final Terms ABOVE = Terms.of(CacheLevel.HEAVY);

  private final OpenScopes open = new OpenScopes();
  private final ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);
  private final ScopeState<HostTensor> copies = open.open("copies", Retention.COPY);
  private final TensorType<HostTensor> type = open.types.tensor();
  private int computed;

  @AfterEach
  void close() {
    open.close();
  }

  private Computation<HostTensor> computing(float value) {
    return () -> {
      computed++;
      return OpenScopes.tensor(value);
    };
  }

  private HostTensor get(String name, float value) {
    return scope.calls().get(type, name, NORMAL, computing(value));
  }

  private long hits() {
    return scope.stats().hits();
  }

  private long misses() {
    return scope.stats().misses();
  }

  @Test
  void computesOnceAndServesItAfterwards() {
    HostTensor first = get("K", 1);
    assertEquals(1, misses());
    assertEquals(0, hits());
    assertSame(first, get("K", 2));
    assertEquals(1, computed);
    assertEquals(1, misses());
    assertEquals(1, hits());
  }

  @Test
  void aLookComputesNothing() {
    assertNull(open.look(scope, "K"));
    assertEquals(1, misses());
    open.put(scope, "K", 1);
    assertArrayEquals(new float[] {1}, open.look(scope, "K").floats());
    assertEquals(1, hits());
    assertEquals(1, misses());
  }

  @Test
  void aCopyIsAFreshTensorEachTime() {
    HostTensor computed = copies.calls().get(type, "K", NORMAL, computing(1));
    HostTensor first = open.look(copies, "K");
    assertNotSame(computed, first);
    assertNotSame(first, open.look(copies, "K"));
    first.bytes().putFloat(0, 99);
    assertArrayEquals(new float[] {1}, open.look(copies, "K").floats());
  }

  @Test
  void whatIsAboveTheLevelIsComputedEachTime() {
    scope.calls().get(type, "K", ABOVE, computing(1));
    assertArrayEquals(new float[] {2}, scope.calls().get(type, "K", ABOVE, computing(2)).floats());
    assertEquals(2, computed);
    assertEquals(2, misses());
    assertEquals(List.of(), OpenScopes.names(scope));
  }

  @Test
  void whatIsThereIsServedWhateverTheTerms() {
    HostTensor first = get("K", 1);
    assertSame(first, scope.calls().get(type, "K", ABOVE, computing(2)));
    assertEquals(1, computed);
  }

  @Test
  void aComputationThatReturnsNullIsNamed() {
    FunctionContractException refused =
        assertThrows(
            FunctionContractException.class,
            () -> scope.calls().get(type, "K", NORMAL, () -> null));
    assertEquals(
        "the computation of entry \"K\" of scope \"s\" returned null; it must return a value, or"
            + " throw",
        refused.getMessage());
    get("K", 1);
    assertEquals(1, computed, "nothing of the failure stays");
  }

  @Test
  void whatTheComputationThrowsIsTheCallers() {
    IOException failure = new IOException("on purpose");
    Computation<HostTensor> failing =
        () -> {
          throw failure;
        };
    assertSame(
        failure,
        assertThrows(IOException.class, () -> scope.calls().get(type, "K", NORMAL, failing)));
    assertSame(
        failure,
        assertThrows(IOException.class, () -> scope.calls().overwrite(type, "K", NORMAL, failing)));
    assertSame(
        failure,
        assertThrows(IOException.class, () -> scope.calls().take(type, "K", NORMAL, failing)));
    assertFalse(open.state.depth().isInside());
    assertFalse(open.scopes.flights().isRunning());
    assertEquals(0, open.scopes.flights().size());
    assertEquals(0, scope.table().knownNames());
  }

  @Test
  void aFailedOverwriteLeavesWhatWasThere() {
    HostTensor first = get("K", 1);
    assertThrows(
        FunctionContractException.class,
        () -> scope.calls().overwrite(type, "K", NORMAL, () -> null));
    assertSame(first, open.look(scope, "K"));
  }

  @Test
  void aComputationIsInsideTheCache() {
    scope
        .calls()
        .get(
            type,
            "K",
            NORMAL,
            () -> {
              assertTrue(open.state.depth().isInside());
              assertTrue(open.scopes.flights().isRunning());
              return OpenScopes.tensor(1);
            });
    assertFalse(open.state.depth().isInside());
  }

  @Test
  void anOverwriteComputesAndReplaces() {
    get("K", 1);
    HostTensor second = scope.calls().overwrite(type, "K", NORMAL, computing(2));
    assertSame(second, open.look(scope, "K"));
    assertEquals(2, computed);
    assertEquals(List.of("s/K REPLACED"), open.told);
  }

  @Test
  void aTakenValueIsGone() {
    HostTensor value = get("K", 1);
    assertSame(value, scope.calls().take(type, "K"));
    assertEquals(1, hits());
    assertNull(scope.calls().take(type, "K"));
    assertEquals(2, misses());
    assertEquals(List.of("s/K REMOVED"), open.told);
  }

  @Test
  void aTakeThatComputesKeepsNothing() {
    assertArrayEquals(
        new float[] {1}, scope.calls().take(type, "K", NORMAL, computing(1)).floats());
    assertEquals(List.of(), OpenScopes.names(scope));
    get("K", 2);
    assertArrayEquals(
        new float[] {2}, scope.calls().take(type, "K", NORMAL, computing(3)).floats());
    assertEquals(2, computed);
  }

  @Test
  void aTakeOfACopyFreesItsRow() {
    open.put(copies, "K", 1);
    assertEquals(1, open.rowsInMemory());
    assertArrayEquals(new float[] {1}, copies.calls().take(type, "K").floats());
    assertEquals(0, open.rowsInMemory());
    assertNull(copies.calls().take(type, "K"));
  }

  @Test
  void aRemovalSaysWhetherItWasThere() {
    assertFalse(scope.calls().remove("K"));
    get("K", 1);
    assertTrue(scope.calls().remove("K"));
    assertFalse(scope.calls().remove("K"));
    assertEquals(1, misses(), "a removal is no look-up");
  }

  @Test
  void aPutIsServed() {
    HostTensor value = OpenScopes.tensor(1);
    scope.calls().put(type, "K", NORMAL, value);
    assertSame(value, get("K", 2));
    assertEquals(0, computed);
    assertEquals(0, misses());
  }

  @Test
  void namesAreCheckedByEveryCall() {
    ScopeCalls calls = scope.calls();
    for (String bad : List.of("", " ", "a\nb", "x".repeat(256))) {
      assertThrows(
          IllegalArgumentException.class, () -> calls.get(type, bad, NORMAL, computing(1)));
      assertThrows(
          IllegalArgumentException.class, () -> calls.overwrite(type, bad, NORMAL, computing(1)));
      assertThrows(
          IllegalArgumentException.class, () -> calls.put(type, bad, NORMAL, OpenScopes.tensor(1)));
      assertThrows(IllegalArgumentException.class, () -> calls.getIfPresent(type, bad, NORMAL));
      assertThrows(IllegalArgumentException.class, () -> calls.take(type, bad));
      assertThrows(IllegalArgumentException.class, () -> calls.remove(bad));
    }
    assertEquals(0, computed);
    assertEquals(0, misses());
  }

  @Test
  void aClosedScopeRefusesEveryCall() {
    get("K", 1);
    scope.close(false);
    ScopeCalls calls = scope.calls();
    assertThrows(IllegalStateException.class, () -> get("K", 2));
    assertThrows(
        IllegalStateException.class, () -> calls.overwrite(type, "K", NORMAL, computing(1)));
    assertThrows(
        IllegalStateException.class, () -> calls.put(type, "K", NORMAL, OpenScopes.tensor(1)));
    assertThrows(IllegalStateException.class, () -> open.look(scope, "K"));
    assertThrows(IllegalStateException.class, () -> calls.take(type, "K"));
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> calls.remove("K"));
    assertEquals("scope \"s\" is closed or was removed", refused.getMessage());
    assertEquals(1, computed);
  }

  @Test
  void whatPersistsNeedsAStore() {
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> scope.calls().get(type, "K", SampleEntries.persisting(), computing(1)));
    assertEquals(
        "entry \"K\" of scope \"s\" is persisting and cache \"test\" has no store: add"
            + " store(store -> store.directory(path)) to its builder",
        refused.getMessage());
    assertEquals(0, computed);
  }

  @Test
  void anEntryOfAnotherKindIsNamed() {
    get("K", 1);
    open.put(copies, "K", 1);
    for (ScopeState<HostTensor> each : List.of(scope, copies)) {
      IllegalStateException refused =
          assertThrows(
              IllegalStateException.class,
              () -> each.calls().getIfPresent(open.types.tuple(), "K", NORMAL));
      assertTrue(
          refused.getMessage().startsWith("entry \"K\" of scope \"" + each.path() + "\" holds "),
          refused.getMessage());
      assertTrue(refused.getMessage().endsWith(", and a tuple is asked for"), refused.getMessage());
      assertEquals(List.of("K"), OpenScopes.names(each), "it stays");
    }
  }

  @Test
  void whoWaitsGetsTheValueThatAnotherThreadComputes() {
    for (ScopeState<HostTensor> each : List.of(scope, copies)) {
      long before = each.stats().hits();
      FutureTask<?>[] waiting = new FutureTask<?>[1];
      HostTensor mine =
          each.calls()
              .get(
                  type,
                  "K",
                  NORMAL,
                  () -> {
                    waiting[0] =
                        OtherThread.startUntilItWaits(
                            () -> each.calls().get(type, "K", NORMAL, computing(9)));
                    return OpenScopes.tensor(1);
                  });
      HostTensor others = (HostTensor) OtherThread.result(waiting[0]);
      assertArrayEquals(new float[] {1}, others.floats());
      assertEquals(each == scope, mine == others);
      assertEquals(before + 1, each.stats().hits());
      assertEquals(0, computed);
    }
  }

  @Test
  void nobodyWaitsForWhatIsNotKept() {
    scope
        .calls()
        .get(
            type,
            "K",
            ABOVE,
            () -> {
              HostTensor others =
                  OtherThread.call(() -> scope.calls().get(type, "K", ABOVE, computing(9)));
              assertArrayEquals(new float[] {9}, others.floats());
              return OpenScopes.tensor(1);
            });
    assertEquals(1, computed);
  }

  @Test
  void whoWaitedForAFailureComputesItself() {
    FutureTask<?>[] waiting = new FutureTask<?>[1];
    assertThrows(
        IOException.class,
        () ->
            scope
                .calls()
                .get(
                    type,
                    "K",
                    NORMAL,
                    () -> {
                      waiting[0] = OtherThread.startUntilItWaits(() -> get("K", 9));
                      throw new IOException("on purpose");
                    }));
    assertArrayEquals(new float[] {9}, ((HostTensor) OtherThread.result(waiting[0])).floats());
    assertEquals(1, computed);
  }

  @Test
  void whatPersistsHasNoEndAndNoSourcesOfItsOwn(@TempDir Path directory) {
    try (OpenScopes stored = new OpenScopes(directory)) {
      ScopeState<HostTensor> persisting = stored.open("s", Retention.COPY);
      for (Terms terms :
          List.of(
              SampleEntries.persisting().livingFor(Duration.ofHours(1)),
              new Terms(CacheLevel.NORMAL, true, false, null, null, List.of("sample")))) {
        IllegalStateException refused =
            assertThrows(
                IllegalStateException.class,
                () -> persisting.calls().get(type, "K", terms, computing(1)));
        assertTrue(
            refused.getMessage().contains("has a time to live or depends on other entries"),
            refused.getMessage());
      }
    }
  }
}
