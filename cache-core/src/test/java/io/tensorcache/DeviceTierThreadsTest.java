package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The device tier among threads that wait for each other. */
@RequiresStandin
class DeviceTierThreadsTest {
  private final StandinFunction function = new StandinFunction();

  private long streamsBefore;

  @BeforeEach
  void begin() {
    Standin.set("devices", 2);
    Standin.restart(1);
    try (TensorCache cache = function.builder(1).build()) { // each device has a stream of its own
      function.check(function.wrap(cache), 0, 1);
      function.check(function.wrap(cache), 1, 1);
      function.free();
    }
    function.asked.clear();
    Standin.settle();
    streamsBefore = Standin.live("non-blocking streams");
  }

  /**
   * Whatever moves, leaves and is dropped meanwhile: each thread gets its own rows, and nothing is
   * left when the cache was closed under them: memory and stream go with the last row.
   */
  @ParameterizedTest
  @CsvSource({"1, EVICT, 0", "0, EVICT, 0", "1, KEEP_FIRST, 0", "1, EVICT, 4096"})
  void threadsGetTheirRowsUntilTheCacheIsClosed(int pools, WhenFull whenFull, long reserve)
      throws Exception {
    long seed = new Random().nextLong();
    Standin.set("pools", pools);
    Standin.set("emulated tiles", 0);
    TensorCache cache =
        TensorCache.builder("threads")
            .device(ByteSize.ofBytes(256 * 8))
            .deviceReserve(ByteSize.ofBytes(reserve))
            .heap(ByteSize.ofKiB(8))
            .whenFull(whenFull)
            .listener(function.failures::add)
            .build();
    CachedFunction<StandinTensor> cached = function.wrap(cache);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    List<Future<Integer>> all = new ArrayList<>();
    CountDownLatch isClosing = new CountDownLatch(4);
    for (int thread = 0; thread < 6; thread++) {
      Random random = new Random(seed + thread);
      all.add(threads.submit(() -> callUntilClosed(cache, cached, random, isClosing)));
    }
    while (!isClosing.await(1, TimeUnit.SECONDS)) {
      for (Future<Integer> each : all) {
        assertFalse(each.isDone(), () -> "seed " + seed + ": " + failureOf(each));
      }
    }
    cache.close();
    for (Future<Integer> each : all) {
      assertTrue(each.get(60, TimeUnit.SECONDS) > 0, "seed " + seed);
    }
    threads.shutdown();
    function.free();
    assertEquals(List.of(), function.failures, "seed " + seed);
    assertEquals(0, Standin.count("dead handles"), "seed " + seed);
    Standin.settle();
    assertEquals(0, Standin.live("pool"), "seed " + seed);
    assertEquals(streamsBefore, Standin.live("non-blocking streams"), "seed " + seed);
  }

  private static String failureOf(Future<?> done) {
    try {
      return "ended with " + done.get();
    } catch (Exception e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      return text.toString();
    }
  }

  private int callUntilClosed(
      TensorCache cache,
      CachedFunction<StandinTensor> cached,
      Random random,
      CountDownLatch isClosing) {
    int calls = 0;
    try {
      while (true) {
        int device = random.nextInt(2);
        switch (random.nextInt(40)) {
          case 0 -> cache.trimDevice(ByteSize.ofBytes(256 * random.nextInt(8)));
          case 1 -> cache.moveTo(device);
          case 2 -> cache.reset();
          case 3 -> cache.stats();
          default -> {
            int[] rows = random.ints(1 + random.nextInt(6), 0, 30).toArray();
            function.check(cached, device, rows);
            calls++;
          }
        }
        if (calls == 60) {
          isClosing.countDown();
        }
      }
    } catch (IllegalStateException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.toString());
    }
    return calls;
  }

  /** A listener may wait for a thread that uses the cache: no lock is held meanwhile. */
  @Test
  void aListenerThatIsToldOfASmallCardMayWaitForAnotherThread() {
    AtomicReference<CachedFunction<StandinTensor>> cached = new AtomicReference<>();
    AtomicBoolean isFirst = new AtomicBoolean(true);
    List<Boolean> ended = new ArrayList<>();
    try (TensorCache cache =
        TensorCache.builder("small")
            .device(ByteSize.ofMiB(512))
            .heap(ByteSize.ofMiB(1))
            .listener(
                failure -> {
                  if (isFirst.getAndSet(false)) {
                    Thread other = new Thread(() -> function.check(cached.get(), 1, 1));
                    other.setDaemon(true);
                    other.start();
                    try {
                      other.join(TimeUnit.SECONDS.toMillis(10));
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    ended.add(!other.isAlive());
                  }
                })
            .build()) {
      cached.set(function.wrap(cache));
      Standin.set("memory", 256 << 20); // another card than the one that build() saw
      function.check(cached.get(), 0, 1, 2);
      assertEquals(List.of(true), ended);
      assertTrue(cache.stats().devices().isEmpty());
    }
  }
}
