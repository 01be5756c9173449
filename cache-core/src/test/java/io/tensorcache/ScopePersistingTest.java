package io.tensorcache;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.scope.ScopeSettings;
import io.tensorcache.internal.scope.ScopeState;
import io.tensorcache.internal.scope.ValueTypes;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Entries that stay: through a reset, for later programs, and through a crash. */
class ScopePersistingTest extends ScopePersistingFixture {
  record Stats(HostTensor mean, int count, CacheLevel level) {}

  record Other(HostTensor mean, long count) {}

  /** Its constructor becomes stricter in the course of a test. */
  record Strict(HostTensor mean, int count) {
    static int most = Integer.MAX_VALUE;

    Strict {
      if (count > most) {
        throw new IllegalArgumentException("count " + count + ": must be at most " + most);
      }
    }
  }

  static List<Retention> retentions() {
    return List.of(Retention.COPY, Retention.STRONG, Retention.WEAK, Retention.hybrid(1));
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("retentions")
  void survivesAResetAndAnotherProgramReadsIt(Retention retention) {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache, "1", retention);
      scope.get("K", LIGHT, true, () -> tensor(1));
      scope.get("scratch", () -> tensor(2));
      scope.reset();
      assertEquals(List.of("K"), scope.names());
      assertEquals(1, scope.get("K", LIGHT, true, () -> tensor(3)).floats()[0]);
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache, "1", retention);
      assertEquals(1, scope.get("K", LIGHT, true, () -> tensor(4)).floats()[0]);
      assertEquals(1, scope.stats().hits());
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
      assertNull(scope.getIfPresent("scratch"));
    }
    assertEquals(2, calls.get());
  }

  @Test
  void recordsAndTuplesPersist() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      scope.entry("stats", Stats.class).persisting(true).put(new Stats(tensor(1), 3, HEAVY));
      scope.tuple("pair").persisting(true).put(List.of(tensor(1), tensor(2)));
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      Stats stats = scope.entry("stats", Stats.class).getIfPresent();
      assertEquals(3, stats.count());
      assertEquals(HEAVY, stats.level());
      assertArrayEquals(new float[] {1, 1}, stats.mean().floats());
      assertEquals(2, scope.tuple("pair").getIfPresent().get(1).floats()[0]);
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      String message =
          assertThrows(
                  IllegalStateException.class,
                  () -> scope.entry("stats", Other.class).getIfPresent())
              .getMessage();
      assertTrue(message.contains("Stats.count int32[]"), message);
    }
  }

  @Test
  void anotherFingerprintComputesAnew() {
    try (TensorCache cache = cache()) {
      scope(cache).get("K", LIGHT, true, () -> tensor(1));
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> retrained = scope(cache, "2", Retention.COPY);
      assertNull(retrained.getIfPresent("K"));
      assertEquals(2, retrained.get("K", LIGHT, true, () -> tensor(2)).floats()[0]);
    }
  }

  @Test
  void scopesAndChildrenOfTheSameEntryNameDoNotMeet() {
    try (TensorCache cache = cache()) {
      scope(cache).entry("b/K").persisting(true).put(tensor(1));
      scope(cache).child("b").entry("K").persisting(true).put(tensor(2));
      scope(cache).child("b").reset(true, false);
    }
    try (TensorCache cache = cache()) {
      assertEquals(1, scope(cache).getIfPresent("b/K").floats()[0]);
      assertNull(scope(cache).child("b").getIfPresent("K"));
    }
  }

  @Test
  void aReplacementIsWhatLaterProgramsFind() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      scope.get("K", LIGHT, true, () -> tensor(1));
      scope.entry("K").persisting(true).put(tensor(2));
      scope.entry("gone").persisting(true).put(tensor(3));
      scope.put("gone", tensor(4)); // does not persist: the former must not come back
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      assertEquals(2, scope.getIfPresent("K").floats()[0]);
      assertNull(scope.getIfPresent("gone"));
      scope.entry("K").persisting(true).overwrite(() -> tensor(5));
    }
    try (TensorCache cache = cache()) {
      assertEquals(5, scope(cache).getIfPresent("K").floats()[0]);
    }
  }

  @Test
  void aWeakValueThatWasCollectedComesFromTheStore() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache, "1", Retention.WEAK);
      scope.get("K", LIGHT, true, () -> tensor(1));
      Garbage.collectUntil(() -> scope.describe(false).contains("durable"));
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
      assertEquals(0, scope.stats().collected());
    }
  }

  @Test
  void aTemporaryStoreServesThisProgramOnly() {
    try (TensorCache cache = TensorCache.builder("p").store(store -> {}).build()) {
      Scope<HostTensor> scope = scope(cache);
      scope.get("K", LIGHT, true, () -> tensor(1));
      scope.reset();
      cache.reset();
      assertTrue(cache.flush());
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
      assertEquals(
          1,
          cache.stats().tiers().stream()
              .filter(tier -> tier.tier() == Tier.DURABLE)
              .findFirst()
              .orElseThrow()
              .entries());
      cache.clear();
      assertNull(scope.getIfPresent("K"));
    }
  }

  @Test
  void whatTheStoreCannotKnowOfIsRefused() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      assertThrows(
          IllegalStateException.class,
          () -> scope.entry("K").persisting(true).dependsOn("x").get(() -> tensor(1)));
      assertThrows(
          IllegalStateException.class,
          () -> scope.entry("K").persisting(true).timeToLive(Duration.ofDays(1)).put(tensor(1)));
    }
  }

  @Test
  void survivesACrash() throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process crashing =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                CrashingProgram.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(crashing.waitFor(60, TimeUnit.SECONDS), "the program hangs");
    assertEquals(CrashingProgram.CRASHED, crashing.exitValue());
    try (TensorCache cache = cache()) {
      assertEquals(42, scope(cache).getIfPresent("K").floats()[0]);
    }
  }

  /** Keeps an entry and ends without closing anything. */
  static final class CrashingProgram {
    static final int CRASHED = 77;

    public static void main(String[] args) {
      TensorCache cache =
          TensorCache.builder("p").store(store -> store.directory(Path.of(args[0]))).build();
      scope(cache).get("K", LIGHT, true, () -> HostTensor.ofFloats(new float[] {42}, 1));
      cache.flush();
      Runtime.getRuntime().halt(CRASHED);
    }
  }

  /** Nothing may be removed from the store only because it could not be read for a moment. */
  @Test
  void whatIsNotInMemoryAnyMoreStaysInTheStore() {
    RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    try (TensorCache model = cache();
        CacheCore core = new CacheCore(model.config(), keys, null)) {
      ScopeState<HostTensor> state =
          new ScopeState<>(
              core.scopes(),
              null,
              List.of("s"),
              new ValueTypes<>(HostTensor.adapter(), new OutputsType<>(HostTensor.adapter())),
              new ScopeBuilder<HostTensor>(options -> null)
                  .fingerprint(Fingerprint.version("1"))
                  .retention(Retention.STRONG)
                  .over(ScopeSettings.defaults(TOTAL)));
      Scope<HostTensor> scope = new Scope<>(state);
      scope.get("K", LIGHT, true, () -> tensor(1));
      assertTrue(state.table().leave(state.table().find("K"), RemovalCause.COLLECTED));
      assertEquals(1, scope.getIfPresent("K").floats()[0]);
    }
  }

  @Test
  void computesAgainWhatARecordHasComeToRefuse() {
    List<String> told = new CopyOnWriteArrayList<>();
    Strict.most = Integer.MAX_VALUE;
    try (TensorCache cache =
        TensorCache.builder("p")
            .store(store -> store.directory(directory))
            .listener(failure -> told.add(failure.getMessage()))
            .build()) {
      Scope<HostTensor> scope = scope(cache);
      scope.entry("copy", Strict.class).put(new Strict(tensor(1), 3));
      scope.entry("stored", Strict.class).persisting(true).put(new Strict(tensor(1), 3));
      cache.flush();
      Strict.most = 2;
      assertNull(scope.entry("copy", Strict.class).getIfPresent());
      assertEquals(
          2, scope.entry("copy", Strict.class).get(() -> new Strict(tensor(1), 2)).count());
      assertEquals(
          1,
          scope
              .entry("stored", Strict.class)
              .persisting(true)
              .get(() -> new Strict(tensor(1), 1))
              .count());
      assertTrue(told.get(0).endsWith("count 3: must be at most 2"), told.toString());
    } finally {
      Strict.most = Integer.MAX_VALUE;
    }
    try (TensorCache cache = cache()) {
      Strict again = scope(cache).entry("stored", Strict.class).getIfPresent();
      assertNotNull(again);
      assertEquals(1, again.count(), "the store has what was computed");
    }
  }
}
