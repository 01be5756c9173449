package io.tensorcache;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.FunctionContractException;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scope refuses, and how it says so. */
class ScopeBadInputTest {
  private final TensorCache cache = TensorCache.builder("scopes").build();
  private final Scope<HostTensor> scope = cache.scope("s", HostTensor.adapter());

  @AfterEach
  void close() {
    cache.close();
  }

  private static HostTensor tensor() {
    return HostTensor.ofFloats(new float[] {1}, 1);
  }

  private static String refused(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  private static String failed(Executable call) {
    return assertThrows(IllegalStateException.class, call).getMessage();
  }

  @Test
  void aGetWithoutAComputation() {
    assertTrue(refused(() -> scope.get("K", null)).contains("getIfPresent"));
    scope.put("K", tensor());
    assertTrue(refused(() -> scope.get("K", LIGHT, null)).contains("\"K\""));
    assertThrows(IllegalArgumentException.class, () -> scope.put("K", null));
  }

  @Test
  void aComputationThatThrowsReachesTheCallerAndNothingIsKept() {
    IOException thrown = new IOException("on purpose");
    assertSame(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                scope.get(
                    "K",
                    () -> {
                      throw thrown;
                    })));
    assertEquals(List.of(), scope.names());
    scope.get("K", ScopeBadInputTest::tensor);
    assertEquals(List.of("K"), scope.names());
  }

  @Test
  void aComputationThatReturnsNull() {
    FunctionContractException refused =
        assertThrows(FunctionContractException.class, () -> scope.get("K", () -> null));
    assertTrue(refused.getMessage().contains("\"K\" of scope \"s\""), refused.getMessage());
    assertEquals(List.of(), scope.names());
    assertThrows(FunctionContractException.class, () -> scope.take("K", () -> null));
  }

  @Test
  void aComputationThatAsksForItsOwnEntry() {
    String message = failed(() -> scope.get("K", () -> scope.get("K", ScopeBadInputTest::tensor)));
    assertTrue(message.contains("s/K -> s/K"), message);
    scope.get("K", ScopeBadInputTest::tensor); // and nothing is left behind
  }

  @Test
  void aComputationThatAsksForItsOwnEntryByWayOfOthers() {
    Scope<HostTensor> child = scope.child("inner");
    String message =
        failed(
            () ->
                scope.get(
                    "A", () -> child.get("B", () -> scope.get("A", ScopeBadInputTest::tensor))));
    assertTrue(message.contains("s/A -> s/inner/B -> s/A"), message);
  }

  @Test
  void aComputationThatIsNotKeptAndAsksForItsOwnEntry() {
    failed(() -> scope.get("K", HEAVY, () -> scope.get("K", HEAVY, ScopeBadInputTest::tensor)));
    failed(() -> scope.take("K", () -> scope.take("K", ScopeBadInputTest::tensor)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb"})
  void aNameThatIsNotPossible(String name) {
    refused(() -> scope.get(name, ScopeBadInputTest::tensor));
    refused(() -> scope.put(name, tensor()));
    refused(() -> scope.getIfPresent(name));
    refused(() -> scope.take(name));
    refused(() -> scope.remove(name));
    refused(() -> scope.child(name));
    refused(() -> cache.scope(name, HostTensor.adapter()));
    refused(() -> scope.entry("x").dependsOn(name));
    refused(() -> scope.entry("x").group(name));
  }

  @Test
  void aNameOfTenMegabytes() {
    String name = "n".repeat(10 << 20);
    String message = refused(() -> scope.get(name, ScopeBadInputTest::tensor));
    assertTrue(message.contains("10485760 characters") && message.length() < 300, message);
    assertTrue(message.contains("1 to 255"), message);
    refused(() -> scope.getIfPresent(name));
    refused(() -> scope.child(name));
    scope.put("n".repeat(255), tensor());
    refused(() -> scope.put("n".repeat(256), tensor()));
  }

  @Test
  void useAfterClose() {
    Scope<HostTensor> child = scope.child("inner");
    child.put("x", tensor());
    cache.close();
    for (Scope<HostTensor> each : List.of(scope, child)) {
      failed(() -> each.get("x", ScopeBadInputTest::tensor));
      failed(() -> each.getIfPresent("x"));
      failed(() -> each.put("x", tensor()));
      failed(() -> each.take("x"));
      failed(() -> each.remove("x"));
      failed(() -> each.names());
      failed(() -> each.reset());
      failed(() -> each.level(LIGHT));
      failed(() -> each.trimTo(LIGHT));
      failed(() -> each.moveTo("cpu"));
      failed(() -> each.child("y"));
      failed(() -> each.describe(true));
      assertEquals(0, each.stats().entries());
      each.close();
    }
    failed(() -> cache.scope("s", HostTensor.adapter()));
  }

  @Test
  void aClosedScopeCanBeOpenedAnew() {
    scope.put("x", tensor());
    scope.close();
    scope.close();
    failed(() -> scope.getIfPresent("x"));
    assertEquals(List.of(), cache.scope("s", HostTensor.adapter()).names());
  }

  @Test
  void theSameNameGivesTheSameScopeAndOtherOptionsAreRefused() {
    Scope<HostTensor> strong =
        cache.scopeBuilder("t", HostTensor.adapter()).retention(Retention.STRONG).open();
    strong.put("x", tensor());
    assertEquals(List.of("x"), cache.scope("t", HostTensor.adapter()).names());
    cache.scopeBuilder("t", HostTensor.adapter()).retention(Retention.STRONG).open();
    String message =
        failed(
            () -> cache.scopeBuilder("t", HostTensor.adapter()).retention(Retention.WEAK).open());
    assertTrue(message.contains("STRONG") && message.contains("WEAK"), message);
    strong.child("c");
    failed(() -> strong.childBuilder("c").level(HEAVY).open());
    failed(() -> cache.scope("t", new ClosableTensor.Adapter()));
  }

  @Test
  void anOptionThatIsSetTwice() {
    failed(() -> cache.scopeBuilder("t", HostTensor.adapter()).level(LIGHT).level(NORMAL));
    failed(() -> scope.entry("x").persisting(true).persisting(false));
    failed(() -> scope.entry("x").level(LIGHT).levelKey("sample_K"));
  }

  @Test
  void anUnknownLevelKeyOrTimeToLive() {
    assertTrue(refused(() -> scope.entry("x").levelKey("sampleK")).contains("sample_K"));
    refused(() -> scope.entry("x").timeToLive(Duration.ZERO));
    refused(() -> scope.entry("x").timeToLive(Duration.ofSeconds(-1)));
  }

  @Test
  void persistingWithoutAFingerprintOrAStore() {
    String message = failed(() -> scope.get("x", LIGHT, true, ScopeBadInputTest::tensor));
    assertTrue(message.contains("fingerprint(Fingerprint)"), message);
    Scope<HostTensor> known =
        cache
            .scopeBuilder("known", HostTensor.adapter())
            .fingerprint(Fingerprint.version("1"))
            .open();
    message = failed(() -> known.get("x", LIGHT, true, ScopeBadInputTest::tensor));
    assertTrue(message.contains("store.directory"), message);
  }

  @Test
  void aChildThatIsRemovedInUse() {
    Scope<HostTensor> child = scope.child("inner");
    HostTensor value =
        child.get(
            "x",
            () -> {
              assertTrue(scope.removeChild("inner"));
              return HostTensor.ofFloats(new float[] {9}, 1);
            });
    assertEquals(9, value.floats()[0]);
    assertTrue(failed(() -> child.getIfPresent("x")).contains("s/inner"));
    assertEquals(List.of(), scope.children());
    assertEquals(List.of(), scope.child("inner").names());
    assertTrue(!scope.removeChild("not there"));
    assertEquals(0, cache.stats().tiers().get(0).entries());
  }

  @Test
  void anAdapterThatCannotAllocateServesReferencesOnly() {
    Scope<ClosableTensor> copies = cache.scope("closable", new ClosableTensor.Adapter());
    copies.put("x", new ClosableTensor(tensor()));
    assertTrue(
        assertThrows(UnsupportedOperationException.class, () -> copies.getIfPresent("x"))
            .getMessage()
            .contains("allocate(TensorSpec)"));
  }

  @Test
  void aValueOfWhichNoCopyMustBeMade() {
    TensorAdapter<HostTensor> refusing =
        new TensorAdapter<>() {
          @Override
          public Class<HostTensor> type() {
            return HostTensor.class;
          }

          @Override
          public TensorView view(HostTensor tensor) {
            return HostTensor.adapter().view(tensor);
          }

          @Override
          public HostTensor allocate(TensorSpec spec, HostTensor like) {
            return HostTensor.zeros(spec);
          }

          @Override
          public void release(HostTensor tensor) {}

          @Override
          public void checkOutput(HostTensor tensor) {
            throw new IllegalArgumentException("it carries a graph");
          }
        };
    String message =
        refused(() -> cache.scope("graph", refusing).get("K", ScopeBadInputTest::tensor));
    assertTrue(message.contains("\"K\"") && message.contains("carries a graph"), message);
    Scope<HostTensor> strong =
        cache.scopeBuilder("by reference", refusing).retention(Retention.STRONG).open();
    strong.get("K", ScopeBadInputTest::tensor);
    assertEquals(List.of("K"), strong.names());
  }

  @Test
  void aValueTooLargeForTheTiersIsComputedEachTime() {
    try (TensorCache small =
        TensorCache.builder("small").heap(io.tensorcache.config.ByteSize.ofKiB(1)).build()) {
      Scope<HostTensor> tiny = small.scope("s", HostTensor.adapter());
      for (int i = 0; i < 2; i++) {
        tiny.get("x", () -> HostTensor.ofFloats(new float[1000], 1000));
      }
      assertEquals(2, tiny.stats().misses());
      assertEquals(List.of(), tiny.names());
    }
  }
}
