package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.HostTensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One line where a cache is too small for how it is used, with the size that would do. */
class EarlyDropsTest {
  private static final int WIDTH = 256; // a row is 1 KiB, and what the heap tier adds
  private static final int ROWS = 56;
  private static final int BATCH = 7;
  private static final ByteSize FOR_51_ROWS = ByteSize.ofKiB(64);
  private static final Pattern SIZE = Pattern.compile("About ([0-9]+KiB) would hold");

  @RegisterExtension final LogLines log = new LogLines("io.tensorcache.internal.call.EarlyDrops");

  private static TensorCache cache(ByteSize heap, WhenFull whenFull) {
    return TensorCache.builder("small").heap(heap).whenFull(whenFull).build();
  }

  private static CachedFunction<HostTensor> features(TensorCache cache) {
    return cache
        .function("f", Fingerprint.version("1"), HostTensor.adapter())
        .probing(false)
        .wrap(Counted.features(WIDTH));
  }

  private static void epochs(CachedFunction<HostTensor> function, int count) {
    for (int epoch = 0; epoch < count; epoch++) {
      for (int first = 0; first < ROWS; first += BATCH) {
        function.apply(Counted.batch(first, BATCH, 3));
      }
    }
  }

  @Test
  void saysOnceHowLargeItWouldHaveToBe() {
    try (TensorCache cache = cache(FOR_51_ROWS, WhenFull.RECENT)) {
      epochs(features(cache), 5); // 224 came back
      assertEquals(List.of(), log.warnings());
      epochs(features(cache), 20);
      assertTrue(cache.stats().hitRate() < 0.3, "two rows of each batch are still there");
    }
    assertEquals(1, log.warnings().size());
    String line = log.warnings().get(0);
    assertTrue(
        line.startsWith(
            "cache small: its tiers of 64 KiB do not keep rows until they are used again: "),
        line);
    assertTrue(line.endsWith("; whenFull(KEEP_FIRST) would serve a part of them"), line);
    Matcher size = SIZE.matcher(line);
    assertTrue(size.find(), line);
    try (TensorCache cache = cache(ByteSize.parse(size.group(1)), WhenFull.RECENT)) {
      CachedFunction<HostTensor> function = features(cache);
      epochs(function, 5);
      assertEquals(ROWS, cache.stats().rowsComputed(), line);
    }
  }

  @Test
  void isSilentWhereMostOfAnEpochIsServed() {
    try (TensorCache cache = cache(FOR_51_ROWS, WhenFull.EVICT)) {
      epochs(features(cache), 20);
      assertTrue(cache.stats().hitRate() > 0.8);
    }
    assertEquals(List.of(), log.warnings());
  }

  /** They come one after the other, without a row between them that is served. */
  @Test
  void isSilentWhereManyRowsAreRefusedAtTheEndOfAnEpoch() {
    try (TensorCache cache = cache(ByteSize.ofKiB(1_280), WhenFull.EVICT)) { // for 1,024 rows
      CachedFunction<HostTensor> function = features(cache);
      for (int epoch = 0; epoch < 3; epoch++) {
        for (int first = 0; first < 1_400; first += 100) {
          function.apply(Counted.batch(first, 100, 3));
        }
      }
      assertTrue(cache.stats().rowsRefused() > 900);
    }
    assertEquals(List.of(), log.warnings());
  }

  @Test
  void saysHowLargeItWouldHaveToBeToKeepWhatItRefuses() {
    try (TensorCache cache = cache(ByteSize.ofKiB(16), WhenFull.EVICT)) { // for 12 rows
      epochs(features(cache), 20);
    }
    assertEquals(1, log.warnings().size());
    String line = log.warnings().get(0);
    assertTrue(line.endsWith(" would hold all that came back"), line);
    Matcher size = SIZE.matcher(line);
    assertTrue(size.find(), line);
    try (TensorCache cache = cache(ByteSize.parse(size.group(1)), WhenFull.EVICT)) {
      epochs(features(cache), 5);
      assertEquals(ROWS, cache.stats().rowsComputed(), line);
    }
  }

  @Test
  void isSilentWhereMostRowsAreServed() {
    try (TensorCache cache = cache(FOR_51_ROWS, WhenFull.EVICT)) {
      CachedFunction<HostTensor> function = features(cache);
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 5_000; i++) {
        int row = random.nextInt(4) == 0 ? 40 + random.nextInt(60) : random.nextInt(40);
        function.apply(Counted.batch(row, 1, 3));
      }
      assertTrue(cache.stats().hitRate() > 0.5);
    }
    assertEquals(List.of(), log.warnings());
  }

  @Test
  void isSilentWhereNothingIsEvicted() {
    try (TensorCache cache = cache(FOR_51_ROWS, WhenFull.KEEP_FIRST)) {
      epochs(features(cache), 20);
    }
    assertEquals(List.of(), log.warnings());
  }
}
