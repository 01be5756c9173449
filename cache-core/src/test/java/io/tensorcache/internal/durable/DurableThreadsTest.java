package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.open;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DurableThreadsTest {
  private static final int THREADS = 4;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  /** What a thread does, with its number. */
  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void inThreads(Work work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> results = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        results.add(
            pool.submit(
                () -> {
                  work.run(thread);
                  return null;
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void threadsReadStoreRemoveAndInterruptEachOtherWhileSegmentsGo() throws Exception {
    AtomicInteger hits = new AtomicInteger();
    try (DurableStore store = open(directory, config(2048, WhenFull.EVICT, 64), events)) {
      inThreads(
          thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < 6000; i++) {
              int number = random.nextInt(2500);
              if (i % 13 == 0) {
                Thread.currentThread().interrupt();
              }
              Lookup found = read(store, number);
              if (found == Lookup.DURABLE_HIT) {
                hits.incrementAndGet();
              } else {
                assertEquals(Lookup.MISS, found);
                store(store, number);
              }
              if (i % 31 == 0) {
                store.remove(key(random.nextInt(2500)));
              }
              if (i % 501 == 0) {
                store.flush();
              }
              Thread.interrupted();
            }
          });
      assertTrue(store.flush());
    }
    assertTrue(hits.get() > 5000, hits + " hits");
    assertEquals(List.of(), events.failures);
    try (DurableStore store = open(directory, events)) {
      assertTrue(found(store, 0, 2500) > 500);
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void removedWhileItIsWrittenStaysRemoved() throws Exception {
    try (DurableStore store = open(directory, events)) {
      inThreads(
          thread -> {
            for (int i = thread; i < 4000; i += THREADS) {
              store(store, i);
              if (i % 3 == 0) {
                store.remove(key(i));
                assertTrue(!store.contains(key(i)), () -> "removed");
              }
            }
          });
      assertTrue(store.flush());
      for (int i = 0; i < 4000; i++) {
        assertEquals(i % 3 != 0, store.contains(key(i)), "row " + i);
      }
    }
    try (DurableStore store = open(directory, events)) {
      for (int i = 0; i < 4000; i++) {
        assertEquals(i % 3 != 0, store.contains(key(i)), "row " + i);
      }
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void closingWhileOthersUseItThrowsOnlyIllegalState() throws Exception {
    for (int round = 0; round < 10; round++) {
      DurableStore store = open(directory, events);
      AtomicInteger refused = new AtomicInteger();
      int first = round * 10_000;
      inThreads(
          thread -> {
            try {
              for (int i = 0; i < 500; i++) {
                if (thread == 0 && i == 100) {
                  store.close();
                }
                store(store, first + i);
                read(store, first + i / 2);
              }
            } catch (IllegalStateException e) {
              refused.incrementAndGet();
            }
          });
      assertTrue(refused.get() >= 1);
      store.close();
    }
    assertEquals(List.of(), events.failures);
  }
}
