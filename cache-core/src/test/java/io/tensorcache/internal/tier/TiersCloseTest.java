package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.ehcache.StateTransitionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing tiers that are in use, and tiers whose directory is gone. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TiersCloseTest {
  private static final int THREADS = 8;
  private static final int ROWS_BEFORE_CLOSE = 3000; // rows move from tier to tier

  @TempDir Path directory;

  /** Off-heap is above disk: a store takes their locks in this order, so closing must. */
  @Test
  void closesFromTheTopDown() {
    TiersFixture fixture = TiersFixture.onDisk(HEAP_ROW, MIB, directory, WhenFull.EVICT);
    fixture.tiers.close();
    assertTrue(fixture.use().stream().allMatch(use -> use.entries() == 0));
  }

  @Test
  void endsItsThread() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    TiersFixture fixture = TiersFixture.onDisk(0, 0, directory, WhenFull.EVICT);
    List<Thread> started =
        Thread.getAllStackTraces().keySet().stream()
            .filter(each -> !before.contains(each) && each.getName().equals("tensorcache-disk"))
            .toList();
    assertEquals(1, started.size());
    fixture.close();
    assertFalse(started.get(0).isAlive());
  }

  @Tag("slow")
  @RepeatedTest(8)
  void closesWhileThreadsStoreAndRowsMoveThroughAllTiers() throws Exception {
    closeInUse();
  }

  @Tag("nightly")
  @RepeatedTest(40)
  void closesWhileTheyDoManyTimes() throws Exception {
    closeInUse();
  }

  private void closeInUse() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      TiersFixture fixture = TiersFixture.onDisk(3 * HEAP_ROW, MIB, directory, WhenFull.EVICT);
      CountDownLatch stored = new CountDownLatch(ROWS_BEFORE_CLOSE);
      List<Future<?>> users = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread << 20;
        users.add(threads.submit(() -> storeUntilClosed(fixture, first, stored)));
      }
      stored.await();
      fixture.tiers.close();
      for (Future<?> user : users) {
        user.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
      assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
    }
  }

  private static void storeUntilClosed(TiersFixture fixture, int first, CountDownLatch stored) {
    for (int row = first; ; row++) {
      try {
        fixture.tiers.store(key(row), TiersFixture.row(row));
        fixture.tiers.contains(key(row - 100));
      } catch (IllegalStateException closed) {
        return;
      }
      stored.countDown();
    }
  }

  /** Ehcache cannot end its disk tier then, and says so; the rows on the heap are let go of. */
  @Test
  void letsGoOfTheHeapWhenTheDirectoryIsGone() throws IOException {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    TiersFixture fixture = TiersFixture.onDisk(3 * HEAP_ROW, MIB, scratch, WhenFull.EVICT);
    fixture.tiers.store(key(1), TiersFixture.row(1));
    try (var all = Files.walk(scratch)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
    assertThrows(StateTransitionException.class, fixture.tiers::close);
    assertTrue(fixture.use().stream().allMatch(use -> use.bytes().bytes() == 0));
    fixture.tiers.close();
    assertEquals(List.of(), fixture.events.failures);
  }
}
