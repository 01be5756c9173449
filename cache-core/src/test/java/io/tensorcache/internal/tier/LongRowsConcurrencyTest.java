package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.stats.TierStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows that C++ copies where it can, some of which span two of Ehcache's pages, read while others
 * store, drop and close. Every byte is compared.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("slow")
class LongRowsConcurrencyTest {
  private static final int THREADS = 6;
  private static final int ROUNDS = 400;
  private static final int ROWS = 200;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  LongRowsConcurrencyTest() {
    RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null); // loads the library
  }

  @AfterEach
  void stopThreads() throws InterruptedException {
    threads.shutdownNow();
    assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
  }

  /** From a copy by Java to a few pages. */
  private static int sizeOf(int number) {
    return 10_000 + number * 7919 % 190_000;
  }

  private static int work(TiersFixture f, Random random) {
    int hits = 0;
    for (int i = 0; i < ROUNDS; i++) {
      int number = (int) (ROWS * Math.pow(random.nextDouble(), 2));
      int action = random.nextInt(1000);
      if (action < 600) {
        hits += f.read(number, sizeOf(number)).isHit() ? 1 : 0;
      } else if (action < 960) {
        f.store(number, sizeOf(number));
      } else if (action < 999) {
        f.tiers.remove(key(number));
      } else {
        f.tiers.clear();
      }
    }
    return hits;
  }

  private List<Future<Integer>> start(TiersFixture f, long seed) {
    List<Future<Integer>> all = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Random random = new Random(seed + t);
      all.add(threads.submit(() -> work(f, random)));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(WhenFull.class)
  void areNeverWrong(WhenFull whenFull) throws Exception {
    long seed = System.nanoTime();
    try (TiersFixture f = new TiersFixture(0, 8L * MIB, whenFull, Compression.NONE)) {
      int hits = 0;
      for (Future<Integer> each : start(f, seed)) {
        hits += each.get();
      }
      assertTrue(hits > THREADS * ROUNDS / 20, hits + " hits, seed " + seed);
      assertEquals(List.of(), f.events.failures, "seed " + seed);
      countsAreExact(f, seed);
    }
  }

  private static void countsAreExact(TiersFixture f, long seed) {
    TierStats before = f.use(Tier.OFF_HEAP);
    int found = 0;
    for (int number = 0; number < ROWS; number++) {
      found += f.read(number, sizeOf(number)).isHit() ? 1 : 0;
      f.tiers.remove(key(number));
    }
    assertEquals(before.entries(), found, "seed " + seed);
    assertEquals(0, f.use(Tier.OFF_HEAP).entries(), "seed " + seed);
    assertEquals(0, f.use(Tier.OFF_HEAP).bytes().bytes(), "seed " + seed);
  }

  @Test
  void closingEndsReaders() throws Exception {
    long seed = System.nanoTime();
    for (int round = 0; round < 5; round++) {
      TiersFixture f = new TiersFixture(0, 8L * MIB, WhenFull.RECENT, Compression.NONE);
      CountDownLatch read = new CountDownLatch(THREADS);
      List<Future<Integer>> all = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        Random random = new Random(seed + t);
        all.add(threads.submit(() -> untilClosed(f, random, read)));
      }
      read.await();
      f.close();
      for (Future<Integer> each : all) {
        assertTrue(each.get() > 0, "seed " + seed);
      }
      assertEquals(List.of(), f.events.failures, "seed " + seed);
    }
  }

  private static int untilClosed(TiersFixture f, Random random, CountDownLatch read) {
    int reads = 0;
    try {
      while (true) {
        int number = random.nextInt(40);
        f.store(number, sizeOf(number));
        if (f.read(number, sizeOf(number)).isHit() && reads++ == 10) {
          read.countDown();
        }
      }
    } catch (IllegalStateException e) {
      return reads; // closed
    }
  }
}
