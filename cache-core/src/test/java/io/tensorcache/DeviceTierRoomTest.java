package io.tensorcache;

import static io.tensorcache.StandinFunction.COLUMNS;
import static io.tensorcache.StandinFunction.batch;
import static io.tensorcache.StandinFunction.expected;
import static io.tensorcache.StandinFunction.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much a device tier holds, and who moves or frees it. */
@RequiresStandin
class DeviceTierRoomTest {
  private final StandinFunction function = new StandinFunction();

  @Test
  void aRowLargerThanTheTierGoesToTheHost() {
    try (TensorCache cache =
        TensorCache.builder("small")
            .device(ByteSize.ofBytes(256))
            .heap(ByteSize.ofMiB(1))
            .listener(function.failures::add)
            .build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      for (int call = 0; call < 2; call++) {
        StandinTensor input = StandinTensor.of(0, values(1, 2), 1, 2L * COLUMNS);
        assertArrayEquals(expected(1, 2), cached.apply(input).floats());
      }
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
      assertEquals(List.of(), function.failures);
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
  void aCardFilledByOthersIsToldAndTheHostTakesTheRows() {
    try (TensorCache cache = function.builder(1000).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1);
      StandinTensor input = batch(0, 2, 1);
      Standin.fail("cuMemAllocAsync", 2, 1);
      StandinTensor output = cached.apply(input);
      assertArrayEquals(expected(2, 1), output.floats());
      assertEquals(1, function.failures.size());
      assertTrue(function.failures.get(0).getMessage().contains("no memory left"));
      function.check(cached, 0, 2, 1);
      assertEquals(List.of(1L, 1L), function.asked);
      assertEquals(1, cache.stats().hitsByTier().get(Tier.HEAP));
    }
  }

  @Test
  void givesMemoryBackByCall() {
    try (TensorCache cache = function.builder(100).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2, 3);
      long before = Standin.allocated();
      cache.trimDevice(ByteSize.ofBytes(256));
      assertEquals(512, before - Standin.allocated());
      function.check(cached, 0, 3, 2, 1);
      assertEquals(List.of(3L), function.asked);
      cache.trimDevice(ByteSize.ofBytes(0));
      assertEquals(0, cache.stats().devices().get(0).entries());
    }
  }

  @Test
  void movesWhatTheHostHoldsToADevice() {
    for (boolean heap : new boolean[] {true, false}) {
      function.asked.clear();
      TensorCacheBuilder builder = function.builder(100);
      try (TensorCache cache =
          (heap ? builder.heap(ByteSize.ofMiB(1)) : builder.offHeap(ByteSize.ofMiB(4))).build()) {
        CachedFunction<StandinTensor> cached = function.wrap(cache);
        function.check(cached, 0, 1, 2, 3);
        cache.trimDevice(ByteSize.ofBytes(0));
        assertEquals(0, cache.stats().devices().get(0).entries());
        assertEquals(3, cache.moveTo(0));
        assertEquals(3, cache.stats().devices().get(0).entries());
        assertEquals(0, cache.stats().tiers().get(1).entries());
        long up = Standin.count("bytes to device");
        function.check(cached, 0, 3, 1, 2);
        assertEquals(up, Standin.count("bytes to device"));
        assertEquals(List.of(3L), function.asked);
        assertEquals(3, cache.stats().functions().get(0).rowsInMemory());
        assertEquals(0, cache.moveTo(0));
      }
    }
  }

  @Test
  void movesWhatAnotherDeviceHoldsAsFarAsThereIsRoom() {
    Standin.set("devices", 2);
    try (TensorCache cache = function.builder(3).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2, 3);
      function.check(cached, 1, 4);
      assertEquals(2, cache.moveTo(1));
      List<Long> entries = cache.stats().devices().stream().map(d -> d.entries()).toList();
      assertEquals(List.of(1L, 3L), entries);
      function.check(cached, 1, 4, 3, 2, 1);
      assertEquals(List.of(3L, 1L), function.asked);
    }
  }

  @Test
  void refusesToMoveWhereThereIsNothing() {
    try (TensorCache cache = function.builder(3).build()) {
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
    try (TensorCache cache = function.builder(3).build()) {
      DeviceException e = assertThrows(DeviceException.class, () -> cache.moveTo(0));
      assertTrue(e.getMessage().contains("no CUDA device"), e.getMessage());
    }
  }

  @Test
  void resetAndCloseFreeTheDevice() {
    TensorCache cache = function.builder(100).build();
    CachedFunction<StandinTensor> cached = function.wrap(cache);
    function.check(cached, 0, 1, 2);
    cache.reset();
    assertEquals(0, cache.stats().devices().get(0).bytes().bytes());
    function.check(cached, 0, 1, 2);
    assertEquals(List.of(2L, 2L), function.asked);
    StandinTensor input = batch(0, 2, 1);
    input.floats();
    StandinTensor output = cached.apply(input);
    cache.close();
    assertArrayEquals(expected(2, 1), output.floats(), "the gather may run after close");
    assertThrows(IllegalStateException.class, () -> cached.apply(input));
    assertThrows(IllegalStateException.class, () -> cache.trimDevice(ByteSize.ofBytes(0)));
  }
}
