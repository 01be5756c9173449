package io.tensorcache;

import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves the store with an entry of a scope, and what stays. */
class ScopeRemovalFromStoreTest extends ScopePersistingFixture {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void removeTakeAndAFullResetDropItFromTheStore(boolean inTheSameProgram) {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      for (String name : List.of("removed", "taken", "reset")) {
        scope.entry(name).persisting(true).put(tensor(1));
      }
      if (inTheSameProgram) {
        drop(scope);
      }
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      if (!inTheSameProgram) {
        drop(scope);
      }
      for (String name : List.of("removed", "taken", "reset")) {
        assertNull(scope.getIfPresent(name), name);
      }
    }
  }

  private static void drop(Scope<HostTensor> scope) {
    assertEquals(1, scope.remove("removed"));
    assertNotNull(scope.take("taken"));
    assertNull(scope.take("taken"));
    scope.reset(true, true);
  }

  @Test
  void aResetThatSparesAGroupLeavesWhatAnEarlierProgramStored() {
    try (TensorCache cache = cache()) {
      scope(cache).entry("spared").group("g").persisting(true).put(tensor(1));
    }
    try (TensorCache cache = cache()) {
      scope(cache).reset(true, false, Set.of("g"));
      assertEquals(1, scope(cache).getIfPresent("spared").floats()[0]);
    }
  }

  @Test
  void aFullResetSparesAGroupAndOtherScopes() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      scope.entry("spared").group("g").persisting(true).put(tensor(1));
      scope.entry("reset").persisting(true).put(tensor(1));
      scope.child("c").entry("x").persisting(true).put(tensor(1));
      scope.reset(true, false, Set.of("g"));
      assertEquals(List.of("spared"), scope.names());
      assertEquals(1, scope.getIfPresent("spared").floats()[0]);
      assertNull(scope.getIfPresent("reset"));
      assertNotNull(scope.child("c").getIfPresent("x"));
    }
  }

  @Test
  void staysInTheStoreWhateverTheLevel() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      scope.get("K", LIGHT, true, () -> tensor(1));
      scope.level(NONE);
      assertEquals(List.of(), scope.names());
      assertEquals(1, scope.get("K", LIGHT, true, () -> tensor(2)).floats()[0]);
      assertEquals(List.of(), scope.names());
      scope.level(TOTAL);
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
      assertEquals(List.of("K"), scope.names());
    }
  }

  @Test
  void staysThroughTheEvictionPressureOfOtherEntries() {
    try (TensorCache cache =
        TensorCache.builder("p")
            .heap(ByteSize.ofKiB(4))
            .store(store -> store.directory(directory))
            .build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .fingerprint(Fingerprint.version("1"))
              .maxEntries(2)
              .open();
      scope.get("K", LIGHT, true, () -> tensor(1));
      for (int i = 0; i < 20; i++) {
        scope.put("x" + i, HostTensor.ofFloats(new float[512], 512));
      }
      assertTrue(scope.names().contains("K"));
      assertTrue(scope.describe(false).contains("K [light] persisting"));
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
      cache.reset();
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
      assertEquals(1, calls.get());
    }
  }

  /** Else the next call would be served a value that was removed. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keepsNothingThatWasRemovedWhileItWasRead(boolean isGet) {
    try (TensorCache cache = cache()) {
      scope(cache).entry("K", Watched.class).persisting(true).put(new Watched(tensor(1)));
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      ScopeEntry<Watched> entry = scope.entry("K", Watched.class).persisting(true);
      AtomicInteger removed = new AtomicInteger();
      Watched.whenMade(() -> removed.set(scope.remove("K")));
      Watched read = isGet ? entry.get(() -> fail("is in the store")) : entry.getIfPresent();
      assertEquals(1, removed.get());
      assertNotNull(read, "it was there when it was asked for");
      assertNull(entry.getIfPresent());
      assertEquals(List.of(), scope.names());
    }
    try (TensorCache cache = cache()) {
      assertNull(scope(cache).entry("K", Watched.class).getIfPresent());
    }
  }
}
