package io.tensorcache;

import static io.tensorcache.StandinFunction.batch;
import static io.tensorcache.StandinFunction.expected;
import static io.tensorcache.StandinFunction.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cached functions whose rows stay in device memory. */
@RequiresStandin
class DeviceTierTest {
  private final StandinFunction function = new StandinFunction();

  @Test
  void servesAResidentBatchWithTwoLaunchesAndNothingOverTheHost() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2, 3, 1);
      function.check(cached, 0, 3, 2, 2, 1);
      StandinTensor input = batch(0, 2, 3, 1, 2);
      input.floats();
      long launches = Standin.count("cuLaunchKernel");
      long up = Standin.count("bytes to device");
      long down = Standin.count("bytes to host");
      StandinTensor output = cached.apply(input);
      assertEquals(2, Standin.count("cuLaunchKernel") - launches, "keys, and one gather");
      assertEquals(up, Standin.count("bytes to device"));
      assertEquals(down, Standin.count("bytes to host"));
      assertArrayEquals(expected(2, 3, 1, 2), output.floats());
      assertEquals(List.of(3L), function.asked);
      CacheStats stats = cache.stats();
      assertEquals(6, stats.hitsByTier().get(Tier.DEVICE));
      assertEquals(6, stats.devices().get(0).hits());
      assertEquals(3, stats.devices().get(0).entries());
      assertEquals(3, stats.functions().get(0).rowsInMemory());
      assertEquals(ByteSize.ofBytes(3 * 256), stats.tiers().get(0).bytes());
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void aMissPassesTheHostNeither() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1);
      long up = Standin.count("bytes to device");
      long down = Standin.count("bytes to host");
      function.check(cached, 0, 2, 1, 3, 2);
      assertEquals(up, Standin.count("bytes to device"));
      assertEquals(down, Standin.count("bytes to host"));
      assertEquals(List.of(1L, 2L), function.asked);
    }
  }

  @Test
  void aResultSharesNothingWithTheCache() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> identity =
          cache.wrap("same", Fingerprint.version("1"), function.adapter, x -> x);
      StandinTensor input = batch(0, 1, 2);
      StandinTensor first = identity.apply(input);
      StandinTensor second = identity.apply(input);
      first.close(); // its memory faults from here on
      assertArrayEquals(values(1, 2), second.floats());
      input.close();
      assertArrayEquals(values(2, 3, 1), identity.apply(batch(0, 2, 3, 1)).floats());
      assertArrayEquals(values(3), identity.apply(batch(0, 3)).floats());
    }
  }

  @Test
  void demotesToTheHostAndServesFromThere() {
    try (TensorCache cache =
        function.builder(2).heap(ByteSize.ofMiB(1)).whenFull(WhenFull.RECENT).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2);
      function.check(cached, 0, 3);
      function.check(cached, 0, 1, 2, 3);
      assertEquals(List.of(2L, 1L), function.asked);
      CacheStats stats = cache.stats();
      assertEquals(1, stats.devices().get(0).demotions());
      assertEquals(1, stats.hitsByTier().get(Tier.HEAP));
      assertEquals(2, stats.hitsByTier().get(Tier.DEVICE));
      assertEquals(0, stats.evictions());
      assertEquals(3, stats.functions().get(0).rowsInMemory());
      assertEquals(ByteSize.ofBytes(512), stats.devices().get(0).bytes());
    }
  }

  @Test
  void dropsWhereThereIsNoOtherTier() {
    try (TensorCache cache = function.builder(2).whenFull(WhenFull.RECENT).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2);
      function.check(cached, 0, 3);
      function.check(cached, 0, 1);
      assertEquals(List.of(2L, 1L, 1L), function.asked);
      assertEquals(2, cache.stats().evictions());
      assertEquals(2, cache.stats().functions().get(0).rowsInMemory());
    }
  }

  @Test
  void keepsTheFirstIfAsked() {
    try (TensorCache cache =
        function.builder(2).heap(ByteSize.ofMiB(1)).whenFull(WhenFull.KEEP_FIRST).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2, 3);
      function.check(cached, 0, 3, 2, 1);
      assertEquals(List.of(3L), function.asked);
      assertEquals(2, cache.stats().hitsByTier().get(Tier.DEVICE));
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
    }
  }

  @Test
  void withoutADeviceItHoldsNothingAndTheRestWorks() {
    Standin.set("devices", 0);
    try (TensorCache cache = function.builder(10).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<HostTensor> cached =
          cache.wrap("f", Fingerprint.version("1"), HostTensor.adapter(), x -> x);
      HostTensor input = HostTensor.ofRows(new float[][] {{1, 2}});
      cached.apply(input);
      cached.apply(input);
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(0, cache.stats().tiers().get(0).entries());
    }
  }

  @Test
  void rowsOfOneDeviceServeTensorsOfTheOther() {
    Standin.set("devices", 2);
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2);
      function.check(cached, 1, 2, 1, 3);
      function.check(cached, 1, 3, 3);
      function.check(cached, 0, 3, 1);
      assertEquals(List.of(2L, 1L), function.asked);
      List<Long> entries = cache.stats().devices().stream().map(d -> d.entries()).toList();
      assertEquals(List.of(2L, 1L), entries);
    }
  }

  @Test
  void twoCachesShareADevice() {
    try (TensorCache one = function.builder(2).build();
        TensorCache other = function.builder(3).build()) {
      CachedFunction<StandinTensor> first = function.wrap(one);
      CachedFunction<StandinTensor> second = function.wrap(other);
      function.check(first, 0, 1, 2);
      function.check(second, 0, 3, 4, 5);
      function.check(first, 0, 2, 1);
      one.reset();
      function.check(second, 0, 5, 4, 3);
      assertEquals(List.of(2L, 3L), function.asked);
    }
  }

  @Test
  void aLostDeviceIsAnErrorOrTheFunctionAndNeverAWrongValue() {
    try (TensorCache cache = function.builder(100).heap(ByteSize.ofMiB(1)).build()) {
      Set<StandinTensor> gone = new HashSet<>();
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), function.adapter)
              .probing(false)
              .wrap(
                  x -> {
                    if (gone.contains(x)) {
                      throw new UnsupportedOperationException("the engine's memory is gone");
                    }
                    return function.compute(x);
                  });
      function.check(cached, 0, 1, 2);
      StandinTensor lost = batch(0, 1, 2);
      Standin.destroyContext(0);
      gone.add(lost);
      UnsupportedOperationException e =
          assertThrows(UnsupportedOperationException.class, () -> cached.apply(lost));
      assertEquals("the engine's memory is gone", e.getMessage());
      function.check(cached, 0, 2, 1);
      function.check(cached, 0, 2, 1);
      assertTrue(cache.stats().devices().get(0).entries() <= 2);
      assertTrue(function.failures.stream().allMatch(DeviceException.class::isInstance));
    }
  }

  @Test
  void aFailedGatherRunsTheFunction() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2);
      StandinTensor input = batch(0, 1, 2);
      input.floats();
      Standin.fail("cuStreamWaitEvent", 1, 1);
      Standin.fail("cuMemHostGetDevicePointer", 1, 100);
      assertArrayEquals(expected(1, 2), cached.apply(input).floats());
      Standin.reset();
      assertFalse(function.failures.isEmpty());
      function.check(cached, 0, 2, 1);
    }
  }

  @Test
  void persistingRowsGoToTheStoreToo(@TempDir Path directory) {
    try (TensorCache cache =
        function.builder(100).store(store -> store.directory(directory)).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), function.adapter)
              .probing(false)
              .persisting(true)
              .wrap(function::compute);
      function.check(cached, 0, 1, 2);
      function.check(cached, 0, 2, 1);
      assertEquals(2, cache.stats().hitsByTier().get(Tier.DEVICE));
      assertTrue(cache.flush());
      cache.reset();
      function.check(cached, 0, 1, 2);
      assertEquals(List.of(2L), function.asked);
      assertEquals(2, cache.stats().hitsByTier().get(Tier.DURABLE));
    }
  }

  @Test
  void narrowRowsStayOnTheHost() {
    try (TensorCache cache = function.builder(100).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), function.adapter)
              .probing(false)
              .storeAs(DType.BFLOAT16)
              .wrap(function::compute);
      float[] first = cached.apply(batch(0, 1, 2)).floats();
      assertArrayEquals(first, cached.apply(batch(0, 1, 2)).floats());
      assertEquals(2, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(0, cache.stats().devices().get(0).entries());
    }
  }

  @Test
  void wholeTensorsAndSeveralOutputsAreKept() {
    try (TensorCache cache = function.builder(100).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("whole", Fingerprint.version("1"), function.adapter)
              .granularity(Granularity.WHOLE)
              .wrapOperation(
                  inputs -> {
                    function.asked.add(1L);
                    float[] values = inputs.tensor(0).floats();
                    float[] sum = {values[0] + values[1]};
                    return Outputs.<StandinTensor>none()
                        .and("sum", StandinTensor.of(0, sum, 1))
                        .and("same", StandinTensor.of(0, values, values.length));
                  });
      for (int i = 0; i < 2; i++) {
        Outputs<StandinTensor> outputs = cached.apply(Inputs.of(batch(0, 1, 2)));
        float[] values = values(1, 2);
        assertArrayEquals(new float[] {values[0] + values[1]}, outputs.tensor(0).floats());
        assertArrayEquals(values, outputs.tensor(1).floats());
      }
      assertEquals(List.of(1L), function.asked);
      assertEquals(1, cache.stats().hitsByTier().get(Tier.DEVICE));
    }
  }

  @Test
  void eightThreadsSeeNothingButRightRows() throws Exception {
    long seed = new Random().nextLong();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (TensorCache cache = function.builder(20).heap(ByteSize.ofKiB(8)).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        Random random = new Random(seed + thread);
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 12; i++) {
                    function.check(cached, 0, random.ints(1 + random.nextInt(6), 0, 50).toArray());
                  }
                }));
      }
      if (new Random(seed).nextBoolean()) {
        cache.trimDevice(ByteSize.ofBytes(512));
      }
      for (Future<?> each : all) {
        each.get();
      }
      CacheStats stats = cache.stats();
      assertTrue(stats.devices().get(0).bytes().bytes() <= 20 * 256, "seed " + seed);
      assertEquals(List.of(), function.failures, "seed " + seed);
      assertTrue(stats.hitsByTier().get(Tier.DEVICE) > 0, "seed " + seed);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    } finally {
      threads.shutdownNow();
    }
  }
}
