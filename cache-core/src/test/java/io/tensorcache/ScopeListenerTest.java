package io.tensorcache;

import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tensorcache.scope.Removal;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every removal is told with its cause. */
class ScopeListenerTest {
  private final TensorCache cache = TensorCache.builder("scopes").build();
  private final List<Removal> told = new CopyOnWriteArrayList<>();
  private final AtomicLong now = new AtomicLong();

  @AfterEach
  void close() {
    cache.close();
  }

  private ScopeBuilder<HostTensor> builder() {
    return cache
        .scopeBuilder("s", HostTensor.adapter())
        .listener(told::add)
        .clock(() -> Instant.ofEpochMilli(now.get()));
  }

  private static HostTensor tensor() {
    return HostTensor.ofFloats(new float[] {1, 2}, 2);
  }

  private void assertTold(String name, RemovalCause cause) {
    assertEquals(1, told.size(), told.toString());
    assertEquals("s", told.get(0).scope());
    assertEquals(name, told.get(0).name());
    assertEquals(cause, told.get(0).cause());
  }

  @Test
  void tellsEvicted() {
    Scope<HostTensor> scope = builder().maxEntries(1).open();
    scope.put("a", tensor());
    scope.put("b", tensor());
    assertTold("a", RemovalCause.EVICTED);
  }

  @Test
  void tellsExpired() {
    Scope<HostTensor> scope = builder().open();
    scope.entry("a").timeToLive(Duration.ofMillis(10)).put(tensor());
    now.set(9);
    assertEquals(List.of("a"), scope.names());
    now.set(10);
    assertNull(scope.getIfPresent("a"));
    assertTold("a", RemovalCause.EXPIRED);
  }

  @Test
  void anExpiredEntryLeavesWithoutBeingAskedFor() {
    Scope<HostTensor> scope = builder().open();
    scope.entry("a").timeToLive(Duration.ofMillis(10)).put(tensor());
    now.set(10);
    scope.put("b", tensor());
    assertTold("a", RemovalCause.EXPIRED);
  }

  @Test
  void tellsRemovedWithTheValueThatWasHeldByReference() {
    Scope<HostTensor> scope = builder().retention(Retention.STRONG).open();
    HostTensor value = tensor();
    scope.put("a", LIGHT, value);
    scope.remove("a");
    assertTold("a", RemovalCause.REMOVED);
    assertSame(value, told.get(0).value());
    assertEquals(LIGHT, told.get(0).level());
  }

  @Test
  void tellsTakenAsRemovedAndACopyWithoutItsValue() {
    Scope<HostTensor> scope = builder().open();
    scope.put("a", tensor());
    scope.take("a");
    assertTold("a", RemovalCause.REMOVED);
    assertNull(told.get(0).value());
  }

  @Test
  void tellsReset() {
    Scope<HostTensor> scope = builder().open();
    scope.put("a", tensor());
    scope.reset();
    assertTold("a", RemovalCause.RESET);
  }

  @Test
  void tellsAResetOfTheCache() {
    Scope<HostTensor> scope = builder().open();
    scope.put("a", tensor());
    cache.reset();
    assertTold("a", RemovalCause.RESET);
    assertEquals(List.of(), scope.names());
  }

  @Test
  void tellsCollected() {
    Scope<HostTensor> scope = builder().retention(Retention.WEAK).open();
    scope.put("a", tensor());
    Garbage.collectUntil(() -> scope.stats().collected() == 1);
    assertTold("a", RemovalCause.COLLECTED);
  }

  @Test
  void tellsLevel() {
    Scope<HostTensor> scope = builder().open();
    scope.put("a", tensor());
    scope.level(NONE);
    assertTold("a", RemovalCause.LEVEL);
  }

  @Test
  void tellsReplaced() {
    Scope<HostTensor> scope = builder().open();
    scope.put("a", tensor());
    scope.put("a", tensor());
    assertTold("a", RemovalCause.REPLACED);
  }

  @Test
  void tellsARemovedChild() {
    Scope<HostTensor> scope = builder().open();
    scope.child("c").put("a", tensor());
    scope.removeChild("c");
    assertEquals("s/c", told.get(0).scope());
    assertEquals(RemovalCause.REMOVED, told.get(0).cause());
  }

  @Test
  void whatAListenerThrowsIsCountedAndDropped() {
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("throwing", HostTensor.adapter())
            .listener(
                removal -> {
                  throw new IllegalStateException("on purpose");
                })
            .open();
    scope.put("a", tensor());
    assertEquals(1, scope.remove("a"));
    assertEquals(1, scope.stats().listenerFailures());
  }

  @Test
  void aListenerMayAskForTheEntryThatIsBeingComputed() {
    List<Scope<HostTensor>> self = new CopyOnWriteArrayList<>();
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("asking", HostTensor.adapter())
            .maxEntries(1)
            .listener(removal -> self.get(0).get("b", ScopeListenerTest::tensor))
            .open();
    self.add(scope);
    scope.put("a", tensor());
    scope.get("b", ScopeListenerTest::tensor); // evicts a while b is under way
    assertEquals(0, scope.stats().listenerFailures());
    assertEquals(List.of("b"), scope.names());
  }

  @Test
  void noLockIsHeldWhileAListenerRuns() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    List<Scope<HostTensor>> self = new CopyOnWriteArrayList<>();
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("waiting", HostTensor.adapter())
            .maxEntries(1)
            .retention(Retention.hybrid(1))
            .listener(
                removal -> {
                  if (!removal.name().equals("a")) {
                    return; // told on the other thread
                  }
                  Future<?> inAnotherThread =
                      other.submit(
                          () -> {
                            self.get(0).put("b", tensor());
                            self.get(0).reset();
                            self.get(0).level(NONE);
                            self.get(0).names();
                          });
                  try {
                    inAnotherThread.get(20, TimeUnit.SECONDS);
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                })
            .open();
    self.add(scope);
    scope.put("a", tensor());
    scope.remove("a");
    other.shutdown();
    assertEquals(0, scope.stats().listenerFailures());
  }

  @Test
  void manyRemovalsAreToldToAListenerThatUsesTheScope() {
    int entries = 20_000;
    AtomicLong asked = new AtomicLong();
    AtomicReference<Scope<HostTensor>> opened = new AtomicReference<>();
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("asks", HostTensor.adapter())
            .listener(
                removal -> {
                  opened.get().getIfPresent("none");
                  asked.incrementAndGet();
                })
            .open();
    opened.set(scope);
    for (int i = 0; i < entries; i++) {
      scope.put("x" + i, tensor());
    }
    scope.reset();
    assertEquals(entries, asked.get());
    assertEquals(0, scope.stats().listenerFailures());
  }
}
