package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PoolDriver;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rows stay on a device when its memory runs short. */
@RequiresStandin
class ResidentRowsRoomTest {
  private static final int ROW = 1000; // counts for 1024

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void evictsWhatWasUsedLongestAgoAndNeverTakesMoreThanTheLimit(int pools) {
    Standin.set("pools", pools);
    try (RowsOnDevice under = ResidentRowsTest.rows(4 * 1024)) {
      long stream = Standin.stream(0);
      under.add(stream, 1, 2, 3, 4);
      under.gather(stream, 1);
      under.add(stream, 5);
      assertEquals(List.of(2), under.dropped);
      assertEquals(List.of(3, 4, 1, 5), under.rows.keys());
      under.add(stream, 6, 7, 8);
      assertEquals(List.of(2, 3, 4, 1), under.dropped);
      assertEquals(4 * 1024, under.rows.stats().bytes().bytes());
      assertArrayEquals(under.bytesOf(5), under.read(stream, under.gather(stream, 5), 1)[0]);
      assertEquals(4, under.rows.stats().evictions());
    }
  }

  @Test
  void keepsTheFirstIfAsked() {
    try (RowsOnDevice under = new RowsOnDevice(0, ROW, 2 * 1024, 0, true)) {
      long stream = Standin.stream(0);
      assertEquals(Set.of(1, 2), under.add(stream, 1, 2, 3));
      assertEquals(Set.of(), under.add(stream, 4, 2));
      assertEquals(List.of(), under.dropped);
    }
  }

  @Test
  void refusesARowLargerThanTheTier() {
    try (RowsOnDevice under = new RowsOnDevice(0, 5000, 4096, 0, false)) {
      long stream = Standin.stream(0);
      assertEquals(Set.of(), under.add(stream, 1));
      assertEquals(0, under.rows.stats().bytes().bytes());
    }
  }

  @Test
  void refusesATierLargerThanTheCard() {
    Standin.set("memory", 1 << 20);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ResidentRowsTest.rows((1 << 20) + 1));
    assertTrue(e.getMessage().contains("1048577") && e.getMessage().contains("device 0"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void demotesWhereTheHostWantsIt(int pools) {
    Standin.set("pools", pools);
    try (RowsOnDevice under = ResidentRowsTest.rows(2 * 1024)) {
      under.demotes = true;
      long stream = Standin.stream(0);
      under.add(stream, 1, 2);
      under.add(stream, 3);
      assertEquals(Set.of(1), under.demoted.keySet());
      assertArrayEquals(under.bytesOf(1), under.demoted.get(1)[0]);
      assertEquals(List.of(), under.dropped);
      assertEquals(1, under.rows.stats().demotions());
      assertEquals(0, under.rows.stats().evictions());
    }
  }

  @Test
  void aRowIsFoundWhileItIsDemoted() {
    try (RowsOnDevice under = ResidentRowsTest.rows(2 * 1024)) {
      long stream = Standin.stream(0);
      boolean[] found = new boolean[1];
      under.demotes = true;
      AtomicReference<ResidentRows<Integer, String>> tier = new AtomicReference<>();
      Departures<Integer, String> looking =
          new Departures<>() {
            @Override
            public boolean wants(String about) {
              return true;
            }

            @Override
            public boolean take(Integer key, String about, byte[][] parts, BooleanSupplier isHeld) {
              found[0] = tier.get().contains(key) && isReadable(tier.get(), key);
              return true;
            }

            @Override
            public void dropped(Integer key, String about) {}

            @Override
            public void refused(Integer key) {}

            @Override
            public void lost(String about) {}

            @Override
            public void noMemory(int device) {}
          };
      tier.set(
          new ResidentRows<>(Devices.get().device(0), 1024, 0, FixedGate.letsAllIn(), looking));
      long block = under.gather(stream, filled(under, stream));
      long[] bytes = {ROW};
      tier.get().add(List.of(new NewRow<>(1, "a", new long[] {block}, bytes)), stream);
      tier.get().add(List.of(new NewRow<>(2, "b", new long[] {block}, bytes)), stream);
      assertTrue(found[0]);
      assertFalse(tier.get().contains(1));
      tier.get().close();
    }
  }

  private static boolean isReadable(ResidentRows<Integer, String> rows, Integer key) {
    try (DeviceHits<Integer, String> found = rows.find(List.of(key))) {
      return found.onHost(0) != null;
    }
  }

  private static int filled(RowsOnDevice under, long stream) {
    under.add(stream, 7);
    return 7;
  }

  @Test
  void aCardThatOthersFillRefusesRowsAndKeepsTheOldOnes() {
    try (RowsOnDevice under = ResidentRowsTest.rows(512 << 10)) {
      long stream = Standin.stream(0);
      under.add(stream, 1, 2);
      long block = Standin.allocate(0, 20 * ROW);
      Standin.fail("cuMemAllocAsync", 2, 1); // nothing is left
      NewRow<Integer, String> row = new NewRow<>(3, "row 3", new long[] {block}, new long[] {ROW});
      assertEquals(Set.of(), under.rows.add(List.of(row), stream));
      assertEquals(1, under.timesWithoutMemory);
      assertEquals(2 * 1024, under.rows.stats().bytes().bytes());
      assertArrayEquals(under.bytesOf(2), under.read(stream, under.gather(stream, 2), 1)[0]);
      assertEquals(Set.of(3), under.rows.add(List.of(row), stream));
      Standin.free(0, block);
    }
  }

  @Test
  void givesMemoryBackByCall() {
    try (RowsOnDevice under = ResidentRowsTest.rows(1 << 20)) {
      under.demotes = true;
      long stream = Standin.stream(0);
      under.add(stream, 1, 2, 3, 4);
      long before = Standin.allocated();
      assertEquals(2 * 1024, under.rows.trim(2 * 1024));
      assertEquals(2 * 1024, before - Standin.allocated());
      assertEquals(Set.of(1, 2), under.demoted.keySet());
      assertTrue(Standin.count("cuEventSynchronize") > 0, "the pool gives back when someone waits");
      assertEquals(0, under.rows.trim(0));
    }
  }

  @Test
  void givesMemoryBackBelowTheReserve() {
    Standin.set("memory", 1 << 30);
    long used = (1 << 30) - Devices.get().device(0).inContext(PoolDriver::freeBytes);
    Standin.set("memory", used + 100 * 1024);
    try (RowsOnDevice under = new RowsOnDevice(0, ROW, 50 * 1024, 64 * 1024, false)) {
      long stream = Standin.stream(0);
      under.add(stream, 1, 2, 3, 4, 5, 6, 7, 8);
      assertEquals(8, under.rows.stats().entries());
      long others = Standin.allocate(0, 30 * 1024);
      under.add(stream, 9);
      assertTrue(under.rows.stats().entries() < 8, under.rows.stats().toString());
      assertEquals(0, under.timesWithoutMemory);
      Standin.free(0, others);
    }
  }

  /**
   * An engine's allocator holds the whole card: asking for what is free must not wait each time.
   */
  @Test
  void doesNotWaitForMemoryThatItNeverHad() {
    Standin.set("memory", 1 << 30);
    long used = (1 << 30) - Devices.get().device(0).inContext(PoolDriver::freeBytes);
    Standin.set("memory", used + 50 * 1024);
    try (RowsOnDevice under = new RowsOnDevice(0, ROW, 40 * 1024, 100 * 1024, false)) {
      long stream = Standin.stream(0);
      long waits = Standin.count("cuEventSynchronize");
      for (int i = 0; i < 5; i++) {
        assertEquals(Set.of(), under.add(stream, i));
      }
      assertEquals(waits, Standin.count("cuEventSynchronize"));
    }
  }
}
