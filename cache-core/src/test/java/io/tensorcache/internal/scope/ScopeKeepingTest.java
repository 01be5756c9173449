package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the values of a scope lie, and that nothing is left where an entry was. */
class ScopeKeepingTest {
  private static final Terms PERSISTING = SampleEntries.persisting();

  @TempDir Path directory;

  private static float[] floats(OpenScopes open, ScopeState<HostTensor> scope, String name) {
    HostTensor value = open.look(scope, name);
    assertNotNull(value);
    return value.floats();
  }

  private static TensorKey copy(ScopeState<HostTensor> scope, String name) {
    Entry entry = scope.table().find(name);
    assertNotNull(entry);
    return (TensorKey) entry.held();
  }

  @Test
  void aCopyLiesInTheTiersUntilItsEntryLeaves() {
    try (OpenScopes open = new OpenScopes()) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      open.put(scope, "a", 1);
      open.put(scope, "b", 1);
      open.put(scope, "a", 2);
      assertEquals(2, open.rowsInMemory(), "the one that was replaced is freed");
      scope.calls().remove("a");
      assertEquals(1, open.rowsInMemory());
      scope.close(true);
      assertEquals(0, open.rowsInMemory());
    }
  }

  @Test
  void whatIsHeldByReferenceTakesNoRow() {
    try (OpenScopes open = new OpenScopes()) {
      open.put(open.open("s", Retention.STRONG), "a", 1);
      open.put(open.open("w", Retention.WEAK), "a", 1);
      assertEquals(0, open.rowsInMemory());
    }
  }

  @Test
  void aCopyThatDoesNotEnterLeavesNoRow() {
    try (OpenScopes open = new OpenScopes()) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      open.put(scope, "a", Terms.of(CacheLevel.HEAVY), 1);
      assertEquals(0, open.rowsInMemory());
      scope
          .calls()
          .get(
              open.types.tensor(),
              "L",
              SampleEntries.from("a"),
              () -> {
                open.put(scope, "a", 2);
                return OpenScopes.tensor(3);
              });
      assertEquals(List.of("a"), OpenScopes.names(scope));
      assertEquals(1, open.rowsInMemory());
    }
  }

  @Test
  void aCopyForAClosedScopeLeavesNoRow() {
    try (OpenScopes open = new OpenScopes()) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      assertThrows(
          IllegalStateException.class,
          () ->
              scope
                  .calls()
                  .overwrite(
                      open.types.tensor(),
                      "a",
                      SampleEntries.from(),
                      () -> {
                        scope.close(false);
                        return OpenScopes.tensor(1);
                      }));
      assertEquals(0, open.rowsInMemory());
    }
  }

  @Test
  void aValueThatFitsInNoTierIsNotKeptAndRemovesWhatWasThere() {
    try (OpenScopes open = new OpenScopes(ByteSize.ofKiB(4), null)) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      open.put(scope, "a", 1);
      open.put(scope, "a", new float[2048]);
      assertEquals(List.of(), OpenScopes.names(scope));
      assertEquals(0, open.rowsInMemory());
      assertEquals(0, scope.stats().bytes());
    }
  }

  @Test
  void whatATierEvictsLeavesUnlessItIsInTheStore() {
    try (OpenScopes open = new OpenScopes(directory)) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      open.put(scope, "a", 1);
      open.put(scope, "p", PERSISTING, 2);
      for (String name : List.of("a", "p")) {
        TensorKey key = copy(scope, name);
        open.rows.tiers().remove(key);
        open.evicted(key, scope.number());
      }
      assertEquals(List.of("s/a EVICTED"), open.told);
      assertEquals(List.of("p"), OpenScopes.names(scope));
      assertNull(copy(scope, "p"));
      assertArrayEquals(new float[] {2}, floats(open, scope, "p"));
      assertNotNull(copy(scope, "p"), "it came back to memory");
      assertEquals(1, open.rowsInMemory());
      assertEquals(List.of(), open.failures);
    }
  }

  @Test
  void aCopyThatATierLostIsFoundOutByALook() {
    try (OpenScopes open = new OpenScopes(directory)) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      open.put(scope, "a", 1);
      open.put(scope, "p", PERSISTING, 2);
      TensorKey lost = copy(scope, "p");
      open.rows.tiers().remove(copy(scope, "a"));
      open.rows.tiers().remove(lost);
      assertNull(open.look(scope, "a"));
      assertEquals(List.of("s/a EVICTED"), open.told);
      assertArrayEquals(new float[] {2}, floats(open, scope, "p"));
      assertFalse(lost.equals(copy(scope, "p")));
      assertEquals(1, open.rowsInMemory());
      open.evicted(lost, scope.number());
      assertEquals(List.of("p"), OpenScopes.names(scope), "the old copy is nobody's");
    }
  }

  @Test
  void whatPersistsIsReadByALaterProgramAndKeptInMemoryAgain() {
    try (OpenScopes open = new OpenScopes(directory)) {
      open.put(open.open("s", Retention.STRONG), "p", PERSISTING, 1, 2);
    }
    for (Retention retention : List.of(Retention.COPY, Retention.STRONG)) {
      try (OpenScopes open = new OpenScopes(directory)) {
        ScopeState<HostTensor> scope = open.open("s", retention);
        assertEquals(List.of(), OpenScopes.names(scope));
        assertArrayEquals(new float[] {1, 2}, floats(open, scope, "p"));
        assertEquals(1, scope.stats().hits());
        assertEquals(0, scope.stats().misses());
        assertEquals(List.of("p"), OpenScopes.names(scope));
        Entry entry = scope.table().find("p");
        assertTrue(entry.isRead);
        assertNotNull(entry.held());
      }
    }
  }

  @Test
  void whereTheStoreHasATimeToLiveOnlyTheStoreKnowsTheAge() {
    Duration hour = Duration.ofHours(1);
    try (OpenScopes open = new OpenScopes(ByteSize.ofMiB(1), SampleConfig.store(directory, hour))) {
      ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);
      open.put(scope, "p", PERSISTING, 1);
      open.put(scope, "a", 1);
      assertTrue(scope.table().find("p").mayExpire());
      assertFalse(scope.table().find("a").mayExpire());
    }
    try (OpenScopes open = new OpenScopes(ByteSize.ofMiB(1), SampleConfig.store(directory, hour))) {
      ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);
      assertArrayEquals(new float[] {1}, floats(open, scope, "p"));
      assertEquals(List.of(), OpenScopes.names(scope), "it is not kept in memory");
    }
  }

  @Test
  void theStoreFollowsTheEntry() {
    try (OpenScopes open = new OpenScopes(directory)) {
      ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);
      PersistedEntries stored =
          new PersistedEntries(open.rows.persisted(), OpenScopes.VERSION, List.of("s"));
      for (String name : List.of("removed", "taken", "replaced", "level", "evicted")) {
        open.put(scope, name, PERSISTING, 1);
        assertTrue(stored.contains(name));
      }
      assertTrue(scope.calls().remove("removed"));
      assertNotNull(scope.calls().take(open.types.tensor(), "taken"));
      open.put(scope, "replaced", 2);
      scope.table().leave(scope.table().find("evicted"), RemovalCause.EVICTED);
      scope.trimTo(CacheLevel.LIGHT);
      assertEquals(List.of(), OpenScopes.names(scope));
      assertEquals(Set.of("level", "evicted"), stored.names());
      assertTrue(scope.calls().remove("level"), "it is there, in the store");
      assertFalse(scope.calls().remove("level"));
      assertNotNull(scope.calls().take(open.types.tensor(), "evicted"));
      assertEquals(Set.of(), stored.names());
    }
  }

  @Test
  void aResetOfTheStoreReachesWhatIsNotInMemory() {
    try (OpenScopes open = new OpenScopes(directory)) {
      open.put(open.open("s", Retention.STRONG), "p", PERSISTING, 1);
    }
    try (OpenScopes open = new OpenScopes(directory)) {
      ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);
      scope.reset(false, true, Set.of());
      scope.reset(true, true, Set.of("group"));
      PersistedEntries stored =
          new PersistedEntries(open.rows.persisted(), OpenScopes.VERSION, List.of("s"));
      assertEquals(Set.of("p"), stored.names(), "the store knows no groups");
      scope.reset(true, true, Set.of());
      assertEquals(Set.of(), stored.names());
      assertNull(open.look(scope, "p"));
    }
  }

  @Test
  void closingLeavesTheStoreAsItIs() {
    try (OpenScopes open = new OpenScopes(directory)) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      open.put(scope, "p", PERSISTING, 1);
      scope.close(true);
      assertEquals(0, open.rowsInMemory());
      assertArrayEquals(new float[] {1}, floats(open, open.open("s", Retention.COPY), "p"));
    }
  }

  @Test
  void aValueThatCannotBeKeptIsNamedWithItsEntry() {
    try (OpenScopes open = new OpenScopes()) {
      ScopeState<HostTensor> scope = open.open("s", Retention.COPY);
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> scope.calls().put(open.types.tuple(), "K", SampleEntries.from(), List.of()));
      assertEquals(
          "entry \"K\" of scope \"s\" cannot be kept: a tuple without a tensor; it needs at least"
              + " one",
          refused.getMessage());
      assertEquals(0, scope.table().knownNames());
    }
  }
}
