package io.tensorcache;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One scope in the hands of several threads. */
@Timeout(60)
class ScopeConcurrencyTest {
  private static final int THREADS = 8;

  private final TensorCache cache = TensorCache.builder("scopes").heap(ByteSize.ofMiB(1)).build();
  private final Scope<HostTensor> scope = cache.scope("s", HostTensor.adapter());
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
    cache.close();
  }

  private static HostTensor tensor(float value) {
    return HostTensor.ofFloats(new float[] {value}, 1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Retention> retentions() {
    return Stream.of(Retention.COPY, Retention.STRONG, Retention.WEAK, Retention.hybrid(2));
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void anEntryThatAllAskForIsComputedOnce(Retention retention) throws Exception {
    Scope<HostTensor> shared =
        cache.scopeBuilder("shared", HostTensor.adapter()).retention(retention).open();
    AtomicInteger calls = new AtomicInteger();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<HostTensor>> results = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      results.add(
          threads.submit(
              () -> {
                start.await();
                return shared.get("K", () -> tensor(calls.incrementAndGet()));
              }));
    }
    List<HostTensor> tensors = new ArrayList<>();
    for (Future<HostTensor> result : results) {
      tensors.add(result.get());
    }
    assertEquals(1, calls.get());
    assertEquals(1, shared.stats().misses());
    assertEquals(THREADS - 1, shared.stats().hits());
    for (int i = 1; i < THREADS; i++) {
      assertEquals(1, tensors.get(i).floats()[0]);
      if (retention == Retention.COPY) {
        assertNotSame(tensors.get(0), tensors.get(i));
      } else {
        assertTrue(tensors.get(0) == tensors.get(i));
      }
    }
  }

  @Test
  void aThreadThatWaitedForAFailureComputesItself() throws Exception {
    CountDownLatch failing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Future<?> first =
        threads.submit(
            () ->
                scope.get(
                    "K",
                    () -> {
                      failing.countDown();
                      await(go);
                      throw new IllegalStateException("on purpose");
                    }));
    await(failing);
    Future<HostTensor> second = threads.submit(() -> scope.get("K", () -> tensor(2)));
    go.countDown();
    assertEquals(2, second.get().floats()[0]);
    assertThrows(ExecutionException.class, first::get);
  }

  @Test
  void aCycleOverTwoThreadsIsFoundOut() throws Exception {
    CyclicBarrier bothCompute = new CyclicBarrier(2);
    Callable<HostTensor> a =
        () ->
            scope.get(
                "A",
                () -> {
                  bothCompute.await();
                  return scope.get("B", () -> tensor(1));
                });
    Callable<HostTensor> b =
        () ->
            scope.get(
                "B",
                () -> {
                  bothCompute.await();
                  return scope.get("A", () -> tensor(2));
                });
    List<String> failures = new ArrayList<>();
    for (Future<HostTensor> each : List.of(threads.submit(a), threads.submit(b))) {
      try {
        each.get();
      } catch (ExecutionException e) {
        failures.add(e.getCause().getMessage());
      }
    }
    // One of them closes the circle and fails; the other then computes both by itself.
    assertEquals(1, failures.size(), failures.toString());
    assertTrue(
        failures.get(0).contains("s/A -> s/B -> s/A")
            || failures.get(0).contains("s/B -> s/A -> s/B"),
        failures.toString());
  }

  @Test
  void aLoweredLevelHoldsForWhatIsBeingComputed() throws Exception {
    CountDownLatch computing = new CountDownLatch(THREADS);
    CountDownLatch go = new CountDownLatch(1);
    scope.level(HEAVY);
    Scope<HostTensor> child = scope.child("inner");
    List<Future<HostTensor>> results = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String name = "x" + i;
      Scope<HostTensor> in = i % 2 == 0 ? scope : child;
      results.add(
          threads.submit(
              () ->
                  in.get(
                      name,
                      HEAVY,
                      () -> {
                        computing.countDown();
                        await(go);
                        return tensor(1);
                      })));
    }
    await(computing);
    scope.level(LIGHT);
    go.countDown();
    for (Future<HostTensor> result : results) {
      assertEquals(1, result.get().floats()[0]);
    }
    assertEquals(List.of(), scope.names());
    assertEquals(List.of(), child.names());
  }

  @Test
  void nothingAboveTheLevelStaysHoweverThreadsRace() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    AtomicInteger running = new AtomicInteger(THREADS - 1);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 1; t < THREADS; t++) {
      Random random = new Random(seed + t);
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  scope.get("x" + random.nextInt(50), HEAVY, () -> tensor(1));
                }
                running.decrementAndGet();
              }));
    }
    all.add(
        threads.submit(
            () -> {
              do {
                scope.level(HEAVY);
                scope.level(NONE);
              } while (running.get() > 0);
            }));
    for (Future<?> each : all) {
      each.get();
    }
    assertEquals(List.of(), scope.names());
    assertEquals(0, scope.stats().bytes());
    assertEquals(0, cache.stats().tiers().get(0).entries());
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void countsStayRightWhateverThreadsDo(Retention retention) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Scope<HostTensor> shared =
        cache
            .scopeBuilder("shared", HostTensor.adapter())
            .retention(retention)
            .maxEntries(20)
            .open();
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Random random = new Random(seed + t);
      all.add(threads.submit(() -> useAtRandom(shared, random)));
    }
    for (Future<?> each : all) {
      each.get();
    }
    assertTrue(shared.stats().entries() <= 20, shared.stats().toString());
    shared.reset();
    assertEquals(0, shared.stats().entries());
    assertEquals(0, shared.stats().bytes());
    assertEquals(0, cache.stats().tiers().get(0).entries());
  }

  private static void useAtRandom(Scope<HostTensor> shared, Random random) {
    for (int i = 0; i < 3000; i++) {
      int number = random.nextInt(60);
      String name = "x" + number;
      HostTensor got = null;
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> got = shared.get(name, () -> tensor(number));
        case 3 -> shared.put(name, tensor(number));
        case 4 -> shared.remove(name);
        default -> got = shared.take(name);
      }
      if (got != null) {
        assertEquals(number, got.floats()[0]);
      }
    }
  }

  @Test
  void anInterruptedThreadDoesNotWait() throws Exception {
    CountDownLatch computing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Future<HostTensor> slow =
        threads.submit(
            () ->
                scope.get(
                    "K",
                    () -> {
                      computing.countDown();
                      await(go);
                      return tensor(1);
                    }));
    await(computing);
    Thread.currentThread().interrupt();
    assertEquals(2, scope.get("K", () -> tensor(2)).floats()[0]);
    assertTrue(Thread.interrupted());
    go.countDown();
    slow.get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "remove", "cache"})
  void whatIsComputedMeanwhileOutlivesNoResetAndNoRemoval(String how) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Future<HostTensor> before =
        threads.submit(
            () ->
                scope.get(
                    "K",
                    () -> {
                      begun.countDown();
                      await(go);
                      return tensor(1);
                    }));
    await(begun);
    switch (how) {
      case "reset" -> scope.reset();
      case "remove" -> scope.remove("K");
      default -> cache.reset();
    }
    assertEquals(2, scope.get("K", () -> tensor(2)).floats()[0]); // does not wait for the former
    scope.remove("K");
    go.countDown();
    assertEquals(1, before.get().floats()[0]);
    assertNull(scope.getIfPresent("K"));
  }

  @Test
  void aResetLeavesWhatIsComputedForASparedGroup() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Future<HostTensor> spared =
        threads.submit(
            () ->
                scope
                    .entry("K")
                    .group("g")
                    .get(
                        () -> {
                          begun.countDown();
                          await(go);
                          return tensor(1);
                        }));
    await(begun);
    scope.reset(true, true, Set.of("g"));
    go.countDown();
    spared.get();
    assertEquals(List.of("K"), scope.names());
  }
}
