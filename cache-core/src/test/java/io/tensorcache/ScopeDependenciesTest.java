package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.scope.RemovalCause;
import io.tensorcache.tensor.HostTensor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was computed from an entry leaves with it. */
class ScopeDependenciesTest {
  private final TensorCache cache = TensorCache.builder("scopes").build();
  private final AtomicLong now = new AtomicLong();
  private final Map<String, RemovalCause> left = new ConcurrentHashMap<>();
  private final Scope<HostTensor> scope =
      cache
          .scopeBuilder("s", HostTensor.adapter())
          .clock(() -> Instant.ofEpochMilli(now.get()))
          .listener(removal -> left.put(removal.name(), removal.cause()))
          .open();

  @BeforeEach
  void chain() {
    scope.put("x", tensor());
    scope.entry("K").dependsOn("x").get(ScopeDependenciesTest::tensor);
    scope.entry("H").dependsOn("K").get(ScopeDependenciesTest::tensor);
    scope.put("other", tensor());
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private static HostTensor tensor() {
    return HostTensor.ofFloats(new float[] {1}, 1);
  }

  @Test
  void aRemovalDropsWhatDependsOnItAndWhatDependsOnThat() {
    scope.remove("x");
    assertEquals(List.of("other"), scope.names());
    assertEquals(RemovalCause.REMOVED, left.get("H"));
  }

  @Test
  void aReplacementDoes() {
    scope.put("x", tensor());
    assertEquals(List.of("other", "x"), scope.names());
    assertEquals(RemovalCause.REPLACED, left.get("K"));
  }

  @Test
  void anOverwriteDoes() {
    scope.entry("K").dependsOn("x").overwrite(ScopeDependenciesTest::tensor);
    assertEquals(List.of("K", "other", "x"), scope.names());
  }

  @Test
  void aResetDoesThoughTheDependentIsSpared() {
    scope.entry("spared").group("kept").dependsOn("x").get(ScopeDependenciesTest::tensor);
    scope.entry("alone").group("kept").get(ScopeDependenciesTest::tensor);
    scope.reset(false, false, Set.of("kept"));
    assertEquals(List.of("alone"), scope.names());
    assertEquals(RemovalCause.RESET, left.get("spared"));
  }

  @Test
  void anExpiryDoes() {
    scope.entry("x").timeToLive(Duration.ofMillis(5)).put(tensor());
    scope.entry("K").dependsOn("x").get(ScopeDependenciesTest::tensor);
    now.set(5);
    assertEquals(List.of("other"), scope.names());
    assertEquals(RemovalCause.EXPIRED, left.get("K"));
  }

  @Test
  void anEvictionOrATakeDoesNot() {
    scope.take("x");
    assertEquals(List.of("H", "K", "other"), scope.names());
  }

  @Test
  void theRemovalOfANameThatIsNotThereDropsWhatWasComputedFromIt() {
    scope.take("x");
    scope.take("K");
    scope.remove("x");
    assertEquals(List.of("other"), scope.names());
  }

  @Test
  void aValueWhoseSourceChangedWhileItWasComputedIsReturnedAndNotKept() {
    scope
        .entry("late")
        .dependsOn("x")
        .get(
            () -> {
              scope.put("x", tensor());
              return tensor();
            });
    assertEquals(List.of("other", "x"), scope.names());
    scope.entry("late").dependsOn("x").get(ScopeDependenciesTest::tensor);
    assertEquals(List.of("late", "other", "x"), scope.names());
  }

  @Test
  void dependenciesInACircleEnd() {
    scope.entry("a").dependsOn("b").put(tensor());
    scope.entry("b").dependsOn("a").put(tensor());
    scope.remove("a");
    assertEquals(List.of("H", "K", "other", "x"), scope.names());
    assertThrows(IllegalArgumentException.class, () -> scope.entry("a").dependsOn("a"));
  }
}
