package io.tensorcache;

import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Computation;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call that begins after a change has returned sees nothing of what was before. */
@Timeout(60)
class ScopeStaleTest {
  private final TensorCache cache = TensorCache.builder("scopes").heap(ByteSize.ofMiB(1)).build();
  private final AtomicLong now = new AtomicLong();
  private final Map<String, RemovalCause> left = new ConcurrentHashMap<>();
  private final Scope<HostTensor> scope =
      cache
          .scopeBuilder("s", HostTensor.adapter())
          .maxEntries(4)
          .clock(() -> Instant.ofEpochMilli(now.get()))
          .listener(removal -> left.put(removal.name(), removal.cause()))
          .open();
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);

  @AfterEach
  void close() throws Exception {
    other.shutdownNow();
    assertTrue(other.awaitTermination(30, TimeUnit.SECONDS));
    cache.close();
  }

  private static HostTensor tensor(float value) {
    return HostTensor.ofFloats(new float[] {value}, 1);
  }

  private static int number(HostTensor tensor) {
    assertNotNull(tensor);
    return (int) tensor.floats()[0];
  }

  /** Computes 1 for an entry on the other thread, as soon as told to go on. */
  private Future<HostTensor> computing(ScopeEntry<HostTensor> entry) throws Exception {
    return computing(entry, () -> tensor(1));
  }

  private Future<HostTensor> computing(ScopeEntry<HostTensor> entry, Computation<HostTensor> what)
      throws Exception {
    Future<HostTensor> result =
        other.submit(
            () ->
                entry.get(
                    () -> {
                      begun.countDown();
                      go.await();
                      return what.compute();
                    }));
    begun.await();
    return result;
  }

  private int finish(Future<HostTensor> computing) throws Exception {
    go.countDown();
    return number(computing.get());
  }

  private ScopeEntry<HostTensor> k() {
    return scope.entry("K").dependsOn("sample");
  }

  @Timeout(25) // who waited in vain goes on after 30 s
  @ParameterizedTest
  @ValueSource(strings = {"put", "remove", "reset", "overwrite", "expire", "cache"})
  void whoAsksAfterASourceChangedDoesNotJoinWhatBeganBefore(String how) throws Exception {
    scope.entry("sample").timeToLive(Duration.ofMillis(5)).put(tensor(1));
    Future<HostTensor> before = computing(k());
    switch (how) {
      case "put" -> scope.put("sample", tensor(2));
      case "remove" -> scope.remove("sample");
      case "reset" -> scope.reset();
      case "overwrite" -> scope.entry("sample").overwrite(() -> tensor(2));
      case "expire" -> {
        now.set(5);
        assertNull(scope.getIfPresent("sample"));
      }
      default -> cache.reset();
    }
    HostTensor l = scope.entry("L").dependsOn("K").get(() -> k().get(() -> tensor(2)));
    assertEquals(2, number(l)); // without waiting for the other thread
    assertEquals(1, finish(before));
    assertEquals(2, number(scope.getIfPresent("K")));
    assertEquals(2, number(scope.getIfPresent("L")));
  }

  /** Nobody else has looked since the time was over. */
  @Test
  @Timeout(25) // who waited in vain goes on after 30 s
  void whoAsksAfterASourceExpiredDoesNotJoinWhatBeganBefore() throws Exception {
    scope.entry("sample").timeToLive(Duration.ofMillis(5)).put(tensor(1));
    Future<HostTensor> before = computing(k());
    now.set(5);
    assertEquals(2, number(k().get(() -> tensor(2)))); // without waiting for the other thread
    assertEquals(1, finish(before));
    assertEquals(2, number(scope.getIfPresent("K")));
  }

  @Test
  void whatIsComputedFromAnOutdatedComputationIsNotKept() throws Exception {
    Future<HostTensor> inner =
        computing(
            scope.entry("L").dependsOn("K"), () -> k().get(() -> scope.getIfPresent("sample")));
    scope.put("sample", tensor(1));
    scope.remove("sample");
    scope.put("sample", tensor(2));
    assertEquals(2, finish(inner));
    assertEquals(2, number(scope.getIfPresent("L")));
    scope.put("sample", tensor(3));
    assertEquals(List.of("sample"), scope.names());
  }

  @ParameterizedTest
  @ValueSource(strings = {"take", "trimTo", "evict", "expire", "remove", "reset", "level"})
  void whatIsPutOutdatesWhatIsUnderWay(String how) throws Exception {
    Future<HostTensor> before = computing(scope.entry("K").level(LIGHT));
    scope.entry("K").timeToLive(Duration.ofMillis(5)).put(tensor(2));
    switch (how) {
      case "take" -> assertEquals(2, number(scope.take("K")));
      case "trimTo" -> scope.trimTo(LIGHT);
      case "evict" -> List.of("a", "b", "c", "d").forEach(name -> scope.put(name, tensor(0)));
      case "expire" -> now.set(5);
      case "remove" -> assertEquals(1, scope.remove("K"));
      case "reset" -> scope.reset();
      default -> scope.level(LIGHT);
    }
    assertEquals(1, finish(before));
    assertNull(scope.getIfPresent("K"));
  }

  @Test
  void anOverwriteOutdatesWhatIsUnderWay() throws Exception {
    Future<HostTensor> before = computing(scope.entry("K"));
    scope.entry("K").overwrite(() -> tensor(2));
    scope.take("K");
    finish(before);
    assertNull(scope.getIfPresent("K"));
  }

  /** Of two that overlap, the one that began last has the newer inputs. */
  @Test
  void anOverwriteThatBeganLaterStays() throws Exception {
    Future<HostTensor> first =
        other.submit(
            () ->
                scope
                    .entry("K")
                    .overwrite(
                        () -> {
                          begun.countDown();
                          go.await();
                          return tensor(1);
                        }));
    begun.await();
    assertEquals(2, number(scope.entry("K").overwrite(() -> tensor(2))));
    assertEquals(1, finish(first));
    assertEquals(2, number(scope.getIfPresent("K")));
  }

  /** Else what was computed from the value that is overwritten would stay. */
  @Test
  void aTakeMeanwhileDoesNotUndoAnOverwrite() throws Exception {
    scope.put("sample", tensor(1));
    k().put(tensor(1));
    Future<HostTensor> overwriting =
        other.submit(
            () ->
                scope
                    .entry("sample")
                    .overwrite(
                        () -> {
                          begun.countDown();
                          go.await();
                          return tensor(2);
                        }));
    begun.await();
    assertEquals(1, number(scope.take("sample")));
    finish(overwriting);
    assertEquals(2, number(scope.getIfPresent("sample")));
    assertNull(scope.getIfPresent("K"));
  }

  @Test
  void anExpiredSourceIsNotServedByWhatWasComputedFromIt() {
    scope.entry("sample").timeToLive(Duration.ofMillis(5)).put(tensor(1));
    k().put(tensor(1));
    scope.entry("L").dependsOn("K").put(tensor(1));
    now.set(5);
    assertNull(scope.getIfPresent("L"));
    assertEquals(2, number(k().get(() -> tensor(2))));
    assertEquals(RemovalCause.EXPIRED, left.get("L"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"take", "evict", "level"})
  void aSourceThatLeftExpiresAllTheSame(String how) {
    scope.entry("sample").level(NORMAL).timeToLive(Duration.ofMillis(5)).put(tensor(1));
    scope.entry("K").level(LIGHT).dependsOn("sample").put(tensor(1));
    switch (how) {
      case "take" -> scope.take("sample");
      case "level" -> scope.level(LIGHT);
      default -> {
        for (String name : List.of("a", "b", "c")) {
          scope.put(name, tensor(0));
          scope.getIfPresent("K");
        }
      }
    }
    assertNull(scope.getIfPresent("sample"));
    assertEquals(1, number(scope.getIfPresent("K")));
    now.set(5);
    assertNull(scope.getIfPresent("K"));
  }

  @Test
  void aSourceThatExpiresMeanwhileOutdatesWhatIsComputedFromIt() throws Exception {
    scope.entry("sample").timeToLive(Duration.ofMillis(5)).put(tensor(1));
    Future<HostTensor> before = computing(k());
    now.set(5);
    finish(before);
    assertNull(scope.getIfPresent("K"));
  }

  @Test
  void whatIsPutAnewDependsOnWhatItIsPutWith() {
    k().put(tensor(1));
    scope.put("K", tensor(2));
    scope.put("sample", tensor(3));
    assertEquals(2, number(scope.getIfPresent("K")));
    scope.entry("K").dependsOn("other").put(tensor(4));
    scope.put("sample", tensor(5));
    assertEquals(4, number(scope.getIfPresent("K")));
    scope.put("other", tensor(6));
    assertNull(scope.getIfPresent("K"));
  }

  @Test
  void whatIsComputedAnewAfterAnEvictionDependsOnItsNewSourcesToo() {
    k().put(tensor(1));
    scope.entry("L").dependsOn("K").put(tensor(1));
    scope.take("K"); // L stays, and is of the former K
    scope.entry("K").dependsOn("other").get(() -> tensor(2));
    scope.put("sample", tensor(3));
    assertNull(scope.getIfPresent("L"));
    assertEquals(2, number(scope.getIfPresent("K")));
    scope.remove("other");
    assertNull(scope.getIfPresent("K"));
  }

  /** A program may hold a value that the scope has let go of, and compute from it. */
  @Test
  void knowsTheSourcesOfWhatWasEvictedBeforeOthersWereComputedFromIt() {
    HostTensor held = k().get(() -> tensor(1));
    scope.trimTo(io.tensorcache.config.CacheLevel.NONE);
    scope.entry("L").dependsOn("K").get(() -> held);
    scope.put("sample", tensor(2));
    assertNull(scope.getIfPresent("L"));
  }

  @Test
  void knowsTheSourcesOfWhatIsNeverKept() {
    scope.level(LIGHT);
    scope
        .entry("L")
        .level(LIGHT)
        .dependsOn("K")
        .get(() -> scope.entry("K").level(NORMAL).dependsOn("sample").get(() -> tensor(1)));
    assertEquals(List.of("L"), scope.names());
    scope.remove("sample");
    assertEquals(List.of(), scope.names());
  }

  @Test
  void aResetOfWhatIsBeingComputedOutdatesWhatIsComputedFromIt() throws Exception {
    scope.entry("L").group("spared").dependsOn("K").put(tensor(1));
    Future<HostTensor> before = computing(scope.entry("K"));
    scope.reset(false, false, Set.of("spared"));
    finish(before);
    assertEquals(List.of(), scope.names());
  }

  @Test
  void aTakeThatFindsNothingIsAMiss() {
    assertNull(scope.take("K"));
    assertEquals(1, number(scope.take("K", () -> tensor(1))));
    assertEquals(2, scope.stats().misses());
    scope.put("K", tensor(2));
    scope.take("K");
    assertEquals(1, scope.stats().hits());
    assertEquals(2, scope.stats().misses());
  }

  @ParameterizedTest
  @ValueSource(strings = {"take", "remove", "reset", "put", "level"})
  void whatTheProgramLetGoOfIsToldAsCollected(String how) {
    Scope<HostTensor> weak =
        cache
            .scopeBuilder("weak", HostTensor.adapter())
            .retention(Retention.WEAK)
            .listener(removal -> left.putIfAbsent(removal.name(), removal.cause()))
            .open();
    HostTensor later = tensor(2);
    WeakReference<HostTensor> value = putAndLetGo(weak);
    Garbage.collectUntil(() -> value.get() == null);
    switch (how) {
      case "take" -> assertNull(weak.take("K"));
      case "remove" -> assertEquals(0, weak.remove("K"));
      case "reset" -> weak.reset();
      case "put" -> weak.put("K", later);
      default -> weak.level(LIGHT);
    }
    assertEquals(RemovalCause.COLLECTED, left.get("K"));
    assertEquals(1, weak.stats().collected());
    Reference.reachabilityFence(later);
  }

  private static WeakReference<HostTensor> putAndLetGo(Scope<HostTensor> weak) {
    HostTensor value = tensor(1);
    weak.put("K", value);
    return new WeakReference<>(value);
  }
}
