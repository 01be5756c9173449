package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.HostTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that are so large that other threads may help to copy their rows. */
class SharedCopiesTest {
  private static final int ROWS = 24;
  private static final int WIDTH = 32 * 1024; // 128 KiB a row, 3 MiB a batch

  private static TensorCache cache(boolean onHeap, int mebibytes, WhenFull whenFull) {
    TensorCacheBuilder builder = TensorCache.builder("shared").whenFull(whenFull);
    ByteSize size = ByteSize.ofMiB(mebibytes);
    return (onHeap ? builder.heap(size) : builder.offHeap(size)).build();
  }

  private static CachedFunction<HostTensor> wide(TensorCache cache) {
    return cache
        .function("wide", Fingerprint.version("1"), HostTensor.adapter())
        .probing(false)
        .wrap(SharedCopiesTest::widened);
  }

  /** A row of consecutive numbers from the input on. */
  private static HostTensor widened(HostTensor input) {
    float[] from = input.floats();
    float[] values = new float[from.length * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = from[i / WIDTH] + i % WIDTH;
    }
    return HostTensor.ofFloats(values, from.length, WIDTH);
  }

  private static HostTensor input(int... numbers) {
    float[] values = new float[numbers.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers[i];
    }
    return HostTensor.ofFloats(values, values.length, 1);
  }

  private static void check(HostTensor output, int... numbers) {
    FloatBuffer values =
        output.bytes().duplicate().clear().order(output.bytes().order()).asFloatBuffer();
    for (int row = 0; row < numbers.length; row++) {
      for (int at = 0; at < WIDTH; at++) {
        if (values.get(row * WIDTH + at) != numbers[row] + at) {
          throw new AssertionError("row " + row + " of " + numbers[row] + " at " + at);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyRowIsServedOnceAndRight(boolean onHeap) throws Exception {
    Random random = new Random(1);
    try (TensorCache cache = cache(onHeap, 64, WhenFull.EVICT);
        CachedFunction<HostTensor> wide = wide(cache)) {
      wide.apply(input(random.ints(100, 0, 1).toArray()));
      long asked = cache.stats().hits() + cache.stats().misses();
      for (int call = 0; call < 12; call++) {
        int[] numbers = random.ints(0, 100).distinct().limit(ROWS).toArray();
        check(wide.apply(input(numbers)), numbers);
        asked += ROWS;
        assertEquals(asked, cache.stats().hits() + cache.stats().misses());
      }
      assertTrue(cache.stats().hits() > 0);
      assertEquals(cache.stats().rowsComputed(), cache.stats().misses());
    }
  }

  @ParameterizedTest
  @CsvSource({"true, EVICT", "true, RECENT", "false, EVICT", "false, RECENT"})
  void rowsAreRightWhileOthersEvictClearAndClose(boolean onHeap, WhenFull whenFull)
      throws Exception {
    TensorCache cache = cache(onHeap, 8, whenFull); // two and a half batches
    CachedFunction<HostTensor> wide = wide(cache);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    AtomicBoolean ends = new AtomicBoolean();
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        all.add(threads.submit(() -> callUntil(ends, wide)));
      }
      for (int i = 0; i < 20; i++) {
        Thread.onSpinWait();
        cache.clear();
        int[] numbers = ThreadLocalRandom.current().ints(0, 60).distinct().limit(ROWS).toArray();
        check(wide.apply(input(numbers)), numbers);
      }
      ends.set(true);
      cache.close();
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      ends.set(true);
      threads.shutdownNow();
      cache.close();
    }
  }

  private static Void callUntil(AtomicBoolean ends, CachedFunction<HostTensor> wide) {
    while (true) {
      int[] numbers = ThreadLocalRandom.current().ints(0, 60).distinct().limit(ROWS).toArray();
      HostTensor output;
      try {
        output = wide.apply(input(numbers));
      } catch (IllegalStateException e) {
        assertTrue(ends.get(), e.toString());
        return null;
      }
      check(output, numbers);
    }
  }

  @Test
  void anInterruptStaysAndHarmsNothing() throws Exception {
    try (TensorCache cache = cache(false, 64, WhenFull.EVICT);
        CachedFunction<HostTensor> wide = wide(cache)) {
      int[] numbers = new Random(2).ints(0, 100).distinct().limit(ROWS).toArray();
      float[] first = wide.apply(input(numbers)).floats();
      for (int call = 0; call < 8; call++) {
        Thread.currentThread().interrupt();
        HostTensor again = wide.apply(input(numbers));
        assertTrue(Thread.interrupted());
        assertArrayEquals(first, again.floats());
      }
      assertEquals(8L * ROWS, cache.stats().hits());
    }
  }
}
