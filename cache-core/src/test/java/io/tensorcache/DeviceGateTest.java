package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.MissReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rows stay on a device that is too small for all. */
@RequiresStandin
class DeviceGateTest {
  private static final int BATCH = 8;

  private final StandinFunction function = new StandinFunction();
  private final Random random = new Random(7);

  private long computedRows() {
    return function.asked.stream().mapToLong(rows -> rows).sum();
  }

  /** One epoch over rows of these numbers; returns how many of them were served. */
  private long epoch(CachedFunction<StandinTensor> cached, int first, int count, boolean shuffled) {
    List<Integer> order = new ArrayList<>(IntStream.range(first, first + count).boxed().toList());
    if (shuffled) {
      Collections.shuffle(order, random);
    }
    long before = computedRows();
    for (int i = 0; i < count; i += BATCH) {
      List<Integer> rows = order.subList(i, Math.min(count, i + BATCH));
      function.check(cached, 0, rows.stream().mapToInt(row -> row).toArray());
      function.free();
    }
    return count - (computedRows() - before);
  }

  /** Under {@code RECENT} it is none in order, and 15 of a shuffled epoch over twice the tier. */
  @ParameterizedTest
  @CsvSource({"110, false", "110, true", "200, false", "200, true"})
  void epochsAreServedAsFarAsRowsFit(int rowCount, boolean shuffled) {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      for (int epoch = 0; epoch < 5; epoch++) {
        assertEquals(epoch == 0 ? 0 : 100, epoch(cached, 0, rowCount, shuffled), "epoch " + epoch);
      }
      CacheStats stats = cache.stats();
      assertEquals(0, stats.evictions());
      assertEquals(5L * (rowCount - 100), stats.rowsRefused());
      assertEquals(4L * (rowCount - 100), stats.misses(MissReason.REFUSED));
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void whoAsksForTheRecentOnesGetsThem() {
    try (TensorCache cache = function.builder(100).whenFull(WhenFull.RECENT).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      epoch(cached, 0, 200, false);
      assertEquals(100, epoch(cached, 100, 100, false));
      assertEquals(0, epoch(cached, 0, 100, false));
      assertEquals(0, cache.stats().rowsRefused());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allTiersKeepWhatTheyHave(boolean shuffled) {
    // a row counts for its 240 bytes and what the heap takes for its objects
    try (TensorCache cache = function.builder(40).heap(ByteSize.ofKiB(32)).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      epoch(cached, 0, 400, shuffled);
      long held = 40 + cache.stats().tiers().get(1).entries();
      assertTrue(held > 80 && held < 200, held + " rows fit");
      for (int epoch = 0; epoch < 4; epoch++) {
        assertEquals(held, epoch(cached, 0, 400, shuffled));
      }
      CacheStats stats = cache.stats();
      assertEquals(160, stats.hitsByTier().get(Tier.DEVICE));
      assertEquals(0, stats.devices().get(0).demotions());
      assertEquals(5 * (400 - held), stats.rowsRefused(), "told once, by the last tier");
    }
  }

  @Test
  void aFrequentRowDrivesOutARareOneWhichMovesToTheHost() {
    try (TensorCache cache = function.builder(4).heap(ByteSize.ofKiB(2)).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2, 3, 4);
      int inHeap = 0;
      while (cache.stats().rowsRefused() == 0) { // it is full then
        function.check(cached, 0, 100 + inHeap++);
      }
      for (int i = 0; i < 4; i++) {
        function.check(cached, 0, 7);
      }
      long up = Standin.count("bytes to device");
      function.check(cached, 0, 7);
      assertEquals(up, Standin.count("bytes to device"), "it is there now");
      assertEquals(4, cache.stats().devices().get(0).entries());
      assertEquals(1, cache.stats().devices().get(0).demotions());
      assertEquals(1, cache.stats().evictions(), "for that one, of rows asked for once each");
    }
  }

  /** The whole of another data set is served from the third epoch on. */
  @Test
  void anotherDataSetIsServedAfterAWhile() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      for (int epoch = 0; epoch < 6; epoch++) {
        epoch(cached, 0, 90, true);
      }
      long served = 0;
      for (int epoch = 0; epoch < 8; epoch++) {
        served = epoch(cached, 1000, 90, true);
      }
      assertEquals(90, served);
      assertEquals(100, cache.stats().devices().get(0).entries());
    }
  }

  @Test
  void rowsOfAnotherFingerprintTakeThePlaceOfTheOld() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      for (int epoch = 0; epoch < 5; epoch++) {
        epoch(cached, 0, 100, false);
      }
      CachedFunction<StandinTensor> changed =
          cache
              .function("f", Fingerprint.version("2"), function.adapter)
              .probing(false)
              .wrap(function::compute);
      epoch(changed, 0, 100, false);
      epoch(changed, 0, 100, false);
      assertEquals(100, epoch(changed, 0, 100, false));
    }
  }

  @Test
  void whatIsResetLeavesRoom() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      epoch(cached, 0, 200, false);
      cache.reset();
      assertEquals(0, epoch(cached, 100, 100, false));
      assertEquals(100, epoch(cached, 100, 100, false), "there is room again");
    }
  }
}
