package io.tensorcache;

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
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cached functions whose rows stay in device memory. */
@RequiresStandin
class DeviceTierTest extends DeviceFixture {
  private static final int COLUMNS = 60; // 240 bytes: a row counts for 256

  private @Nullable StandinTensor lostTensor;

  DeviceTierTest() {
    super(COLUMNS);
  }

  private TensorCacheBuilder builder(long rows) {
    return TensorCache.builder("device")
        .device(ByteSize.ofBytes(256 * rows))
        .deviceReserve(ByteSize.ofBytes(0))
        .listener(failures::add);
  }

  @Override
  StandinTensor engine(StandinTensor input) {
    if (input == lostTensor) {
      throw new UnsupportedOperationException("the engine's memory is gone");
    }
    return super.engine(input);
  }

  private void check(CachedFunction<StandinTensor> cached, int device, int... rows) {
    StandinTensor input = batch(device, rows);
    StandinTensor output = cached.apply(input);
    assertEquals(device, output.device());
    assertArrayEquals(expected(rows), output.floats());
    output.close();
    input.close();
  }

  @Test
  void servesAResidentBatchWithTwoLaunchesAndNothingOverTheHost() {
    try (TensorCache cache = builder(100).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2, 3, 1);
      check(cached, 0, 3, 2, 2, 1);
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
      assertEquals(List.of(3L), asked);
      CacheStats stats = cache.stats();
      assertEquals(6, stats.hitsByTier().get(Tier.DEVICE));
      assertEquals(6, stats.devices().get(0).hits());
      assertEquals(3, stats.devices().get(0).entries());
      assertEquals(3, stats.functions().get(0).rowsInMemory());
      assertEquals(ByteSize.ofBytes(3 * 256), stats.tiers().get(0).bytes());
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void aMissPassesTheHostNeither() {
    try (TensorCache cache = builder(100).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1);
      long up = Standin.count("bytes to device");
      long down = Standin.count("bytes to host");
      check(cached, 0, 2, 1, 3, 2);
      assertEquals(up, Standin.count("bytes to device"));
      assertEquals(down, Standin.count("bytes to host"));
      assertEquals(List.of(1L, 2L), asked);
    }
  }

  @Test
  void aResultSharesNothingWithTheCache() {
    try (TensorCache cache = builder(100).build()) {
      CachedFunction<StandinTensor> identity =
          cache.wrap("same", Fingerprint.version("1"), adapter, x -> x);
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
    try (TensorCache cache = builder(2).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2);
      check(cached, 0, 3);
      check(cached, 0, 1, 2, 3);
      assertEquals(List.of(2L, 1L), asked);
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
    try (TensorCache cache = builder(2).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2);
      check(cached, 0, 3);
      check(cached, 0, 1);
      assertEquals(List.of(2L, 1L, 1L), asked);
      assertEquals(2, cache.stats().evictions());
      assertEquals(2, cache.stats().functions().get(0).rowsInMemory());
    }
  }

  @Test
  void keepsTheFirstIfAsked() {
    try (TensorCache cache =
        builder(2).heap(ByteSize.ofMiB(1)).whenFull(WhenFull.KEEP_FIRST).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2, 3);
      check(cached, 0, 3, 2, 1);
      assertEquals(List.of(3L), asked);
      assertEquals(2, cache.stats().hitsByTier().get(Tier.DEVICE));
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
    }
  }

  @Test
  void aRowLargerThanTheTierGoesToTheHost() {
    try (TensorCache cache =
        TensorCache.builder("small")
            .device(ByteSize.ofBytes(256))
            .heap(ByteSize.ofMiB(1))
            .listener(failures::add)
            .build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      for (int call = 0; call < 2; call++) {
        StandinTensor input = StandinTensor.of(0, values(1, 2), 1, 2L * COLUMNS);
        assertArrayEquals(expected(1, 2), cached.apply(input).floats());
      }
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void refusesATierLargerThanTheCard() {
    Standin.set("memory", 1 << 20);
    TensorCacheBuilder builder = TensorCache.builder("large").device(ByteSize.ofMiB(2));
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().contains("2 MiB") && e.getMessage().contains("1 MiB"));
  }

  @Test
  void aReserveNeedsATier() {
    TensorCacheBuilder builder = TensorCache.builder("x").deviceReserve(ByteSize.ofMiB(2));
    assertThrows(IllegalStateException.class, builder::build);
  }

  @Test
  void withoutADeviceItHoldsNothingAndTheRestWorks() {
    Standin.set("devices", 0);
    try (TensorCache cache = builder(10).heap(ByteSize.ofMiB(1)).build()) {
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
    try (TensorCache cache = builder(100).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2);
      check(cached, 1, 2, 1, 3);
      check(cached, 1, 3, 3);
      check(cached, 0, 3, 1);
      assertEquals(List.of(2L, 1L), asked);
      List<Long> entries = cache.stats().devices().stream().map(d -> d.entries()).toList();
      assertEquals(List.of(2L, 1L), entries);
    }
  }

  @Test
  void twoCachesShareADevice() {
    try (TensorCache one = builder(2).build();
        TensorCache other = builder(3).build()) {
      CachedFunction<StandinTensor> first = wrap(one);
      CachedFunction<StandinTensor> second = wrap(other);
      check(first, 0, 1, 2);
      check(second, 0, 3, 4, 5);
      check(first, 0, 2, 1);
      one.reset();
      check(second, 0, 5, 4, 3);
      assertEquals(List.of(2L, 3L), asked);
    }
  }

  @Test
  void aCardFilledByOthersIsToldAndTheHostTakesTheRows() {
    try (TensorCache cache = builder(1000).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1);
      StandinTensor input = batch(0, 2, 1);
      Standin.fail("cuMemAllocAsync", 2, 1);
      StandinTensor output = cached.apply(input);
      assertArrayEquals(expected(2, 1), output.floats());
      assertEquals(1, failures.size());
      assertTrue(failures.get(0).getMessage().contains("no memory left"));
      check(cached, 0, 2, 1);
      assertEquals(List.of(1L, 1L), asked);
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
    }
  }

  @Test
  void givesMemoryBackByCall() {
    try (TensorCache cache = builder(100).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2, 3);
      long before = Standin.allocated();
      cache.trimDevice(ByteSize.ofBytes(256));
      assertEquals(512, before - Standin.allocated());
      check(cached, 0, 3, 2, 1);
      assertEquals(List.of(3L), asked);
      cache.trimDevice(ByteSize.ofBytes(0));
      assertEquals(0, cache.stats().devices().get(0).entries());
    }
  }

  @Test
  void movesWhatTheHostHoldsToADevice() {
    for (boolean heap : new boolean[] {true, false}) {
      asked.clear();
      TensorCacheBuilder builder = builder(100);
      try (TensorCache cache =
          (heap ? builder.heap(ByteSize.ofMiB(1)) : builder.offHeap(ByteSize.ofMiB(4))).build()) {
        CachedFunction<StandinTensor> cached = wrap(cache);
        check(cached, 0, 1, 2, 3);
        cache.trimDevice(ByteSize.ofBytes(0));
        assertEquals(0, cache.stats().devices().get(0).entries());
        assertEquals(3, cache.moveTo(0));
        assertEquals(3, cache.stats().devices().get(0).entries());
        assertEquals(0, cache.stats().tiers().get(1).entries());
        long up = Standin.count("bytes to device");
        check(cached, 0, 3, 1, 2);
        assertEquals(up, Standin.count("bytes to device"));
        assertEquals(List.of(3L), asked);
        assertEquals(3, cache.stats().functions().get(0).rowsInMemory());
        assertEquals(0, cache.moveTo(0));
      }
    }
  }

  @Test
  void movesWhatAnotherDeviceHoldsAsFarAsThereIsRoom() {
    Standin.set("devices", 2);
    try (TensorCache cache = builder(3).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2, 3);
      check(cached, 1, 4);
      assertEquals(2, cache.moveTo(1));
      List<Long> entries = cache.stats().devices().stream().map(d -> d.entries()).toList();
      assertEquals(List.of(1L, 3L), entries);
      check(cached, 1, 4, 3, 2, 1);
      assertEquals(List.of(3L, 1L), asked);
    }
  }

  @Test
  void refusesToMoveWhereThereIsNothing() {
    try (TensorCache cache = builder(3).build()) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> cache.moveTo(1));
      assertTrue(e.getMessage().contains("device 1"), e.getMessage());
    }
    try (TensorCache cache = TensorCache.builder("host").build()) {
      assertThrows(IllegalStateException.class, () -> cache.moveTo(0));
    }
  }

  @Test
  void refusesToMoveWithoutADevice() {
    Standin.set("devices", 0);
    try (TensorCache cache = builder(3).build()) {
      DeviceException e = assertThrows(DeviceException.class, () -> cache.moveTo(0));
      assertTrue(e.getMessage().contains("no CUDA device"), e.getMessage());
    }
  }

  @Test
  void resetAndCloseFreeTheDevice() {
    TensorCache cache = builder(100).build();
    CachedFunction<StandinTensor> cached = wrap(cache);
    check(cached, 0, 1, 2);
    cache.reset();
    assertEquals(0, cache.stats().devices().get(0).bytes().bytes());
    check(cached, 0, 1, 2);
    assertEquals(List.of(2L, 2L), asked);
    StandinTensor input = batch(0, 2, 1);
    input.floats();
    StandinTensor output = cached.apply(input);
    cache.close();
    assertArrayEquals(expected(2, 1), output.floats(), "the gather may run after close");
    assertThrows(IllegalStateException.class, () -> cached.apply(input));
    assertThrows(IllegalStateException.class, () -> cache.trimDevice(ByteSize.ofBytes(0)));
  }

  @Test
  void aLostDeviceIsAnErrorOrTheFunctionAndNeverAWrongValue() {
    try (TensorCache cache = builder(100).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2);
      StandinTensor lost = batch(0, 1, 2);
      Standin.destroyContext(0);
      lostTensor = lost;
      UnsupportedOperationException e =
          assertThrows(UnsupportedOperationException.class, () -> cached.apply(lost));
      assertEquals("the engine's memory is gone", e.getMessage());
      check(cached, 0, 2, 1);
      check(cached, 0, 2, 1);
      assertTrue(cache.stats().devices().get(0).entries() <= 2);
      assertTrue(failures.stream().allMatch(DeviceException.class::isInstance));
    }
  }

  @Test
  void aFailedGatherRunsTheFunction() {
    try (TensorCache cache = builder(100).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      check(cached, 0, 1, 2);
      StandinTensor input = batch(0, 1, 2);
      input.floats();
      Standin.fail("cuStreamWaitEvent", 1, 1);
      Standin.fail("cuMemHostGetDevicePointer", 1, 100);
      assertArrayEquals(expected(1, 2), cached.apply(input).floats());
      Standin.reset();
      assertFalse(failures.isEmpty());
      check(cached, 0, 2, 1);
    }
  }

  @Test
  void persistingRowsGoToTheStoreToo(@TempDir Path directory) {
    try (TensorCache cache = builder(100).store(store -> store.directory(directory)).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), adapter)
              .probing(false)
              .persisting(true)
              .wrap(this::engine);
      check(cached, 0, 1, 2);
      check(cached, 0, 2, 1);
      assertEquals(2, cache.stats().hitsByTier().get(Tier.DEVICE));
      assertTrue(cache.flush());
      cache.reset();
      check(cached, 0, 1, 2);
      assertEquals(List.of(2L), asked);
      assertEquals(2, cache.stats().hitsByTier().get(Tier.DURABLE));
    }
  }

  @Test
  void narrowRowsStayOnTheHost() {
    try (TensorCache cache = builder(100).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), adapter)
              .probing(false)
              .storeAs(DType.BFLOAT16)
              .wrap(this::engine);
      float[] first = cached.apply(batch(0, 1, 2)).floats();
      assertArrayEquals(first, cached.apply(batch(0, 1, 2)).floats());
      assertEquals(2, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(0, cache.stats().devices().get(0).entries());
    }
  }

  @Test
  void wholeTensorsAndSeveralOutputsAreKept() {
    try (TensorCache cache = builder(100).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("whole", Fingerprint.version("1"), adapter)
              .granularity(Granularity.WHOLE)
              .wrapOperation(
                  inputs -> {
                    asked.add(1L);
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
      assertEquals(List.of(1L), asked);
      assertEquals(1, cache.stats().hitsByTier().get(Tier.DEVICE));
    }
  }

  @Test
  void eightThreadsSeeNothingButRightRows() throws Exception {
    long seed = new Random().nextLong();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (TensorCache cache = builder(20).heap(ByteSize.ofKiB(8)).build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        Random random = new Random(seed + thread);
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 12; i++) {
                    check(cached, 0, random.ints(1 + random.nextInt(6), 0, 50).toArray());
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
      assertEquals(List.of(), failures, "seed " + seed);
      assertTrue(stats.hitsByTier().get(Tier.DEVICE) > 0, "seed " + seed);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    } finally {
      threads.shutdownNow();
    }
  }
}
