package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.tensor.HostTensor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L is computed from K and K from a sample: L follows the sample, wherever K went meanwhile. */
@Timeout(60)
class ScopeChainTest {
  private final TensorCache cache = TensorCache.builder("chains").heap(ByteSize.ofMiB(1)).build();
  private final Thread me = Thread.currentThread();
  private final CountDownLatch looked = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final Scope<HostTensor> scope =
      cache.scopeBuilder("s", HostTensor.adapter()).maxEntries(4).clock(this::now).open();
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  /** Holds up the other thread where it asks for the time: before it changes the table. */
  private Instant now() {
    if (Thread.currentThread() != me) {
      looked.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return Instant.EPOCH;
  }

  @AfterEach
  void close() throws Exception {
    other.shutdownNow();
    assertTrue(other.awaitTermination(30, TimeUnit.SECONDS));
    cache.close();
  }

  private static HostTensor tensor(float value) {
    return HostTensor.ofFloats(new float[] {value}, 1);
  }

  private ScopeEntry<HostTensor> k() {
    return scope.entry("K").dependsOn("sample");
  }

  private ScopeEntry<HostTensor> l() {
    return scope.entry("L").dependsOn("K");
  }

  private void leaves(String how) {
    switch (how) {
      case "take" -> assertNotNull(scope.take("K"));
      case "trimTo" -> scope.trimTo(CacheLevel.LIGHT);
      case "level" -> scope.level(CacheLevel.LIGHT);
      default -> {
        for (String name : List.of("a", "b", "c")) {
          scope.put(name, tensor(0));
          scope.getIfPresent("L");
        }
      }
    }
    assertNull(scope.getIfPresent("K"));
    assertNotNull(scope.getIfPresent("L"));
  }

  /**
   * The other thread finds no K, and gets to its ticket when K and L are there: its ticket ends
   * with nothing, before K leaves.
   */
  @ParameterizedTest
  @ValueSource(strings = {"take", "trimTo", "level", "evict"})
  void whoComesLateForASourceDoesNotHideWhereItCameFrom(String how) throws Exception {
    scope.entry("ends").timeToLive(Duration.ofMillis(5)).put(tensor(0)); // so that time matters
    Future<HostTensor> late = other.submit(() -> k().get(() -> tensor(2)));
    looked.await();
    k().put(tensor(1));
    l().level(CacheLevel.LIGHT).put(tensor(1));
    go.countDown();
    assertEquals(1, late.get().floats()[0]);
    leaves(how);
    scope.put("sample", tensor(2));
    assertNull(scope.getIfPresent("L"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"take", "trimTo", "level", "evict"})
  void anOverwriteThatFailedDoesNotHideWhereTheValueCameFrom(String how) {
    k().get(() -> tensor(1));
    l().level(CacheLevel.LIGHT).put(tensor(1));
    assertThrows(
        ArithmeticException.class,
        () ->
            k().overwrite(
                    () -> {
                      throw new ArithmeticException();
                    }));
    leaves(how);
    scope.remove("sample");
    assertNull(scope.getIfPresent("L"));
  }

  /** As many as are remembered of those from which nothing was computed. */
  private void manyOthersLeave() {
    for (int i = 0; i < 3000; i++) {
      scope.entry("x" + i).dependsOn("y" + i).put(tensor(0));
      scope.take("x" + i);
    }
  }

  @Test
  void theSourcesOfAValueThatLeftAreKnownWhileSomethingWasComputedFromIt() {
    k().get(() -> tensor(1));
    scope.take("K"); // nothing was computed from this one
    l().get(() -> k().get(() -> tensor(2)));
    scope.take("K"); // from this one there was
    manyOthersLeave();
    scope.put("sample", tensor(3));
    assertNull(scope.getIfPresent("L"));
  }

  @Test
  void theSourcesOfAValueThatWasTakenAreKnownOnceSomethingIsComputedFromIt() {
    k().get(() -> tensor(1));
    HostTensor taken = scope.take("K");
    l().get(() -> taken);
    manyOthersLeave();
    scope.put("sample", tensor(3));
    assertNull(scope.getIfPresent("L"));
  }

  @Test
  void aValueThatLeftIsKnownByAllItsSources() {
    scope.entry("K").dependsOn("sample", "other").get(() -> tensor(1));
    scope.take("K");
    k().get(() -> tensor(2));
    HostTensor taken = scope.take("K");
    scope.put("other", tensor(0));
    l().get(() -> taken); // right still: it was not computed from the other one
    scope.put("sample", tensor(3));
    assertNull(scope.getIfPresent("L"));
  }
}
