package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PoolDriver;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows that stay in device memory, on the stand-in. */
@RequiresStandin
class ResidentRowsTest {
  private static final int ROW = 1000; // counts for 1024

  static RowsOnDevice rows(long limit) {
    return new RowsOnDevice(0, ROW, limit, 0, false);
  }

  @Test
  void gathersABatchInOneLaunchWithoutTouchingTheHost() {
    try (RowsOnDevice under = rows(1 << 20)) {
      long stream = Standin.stream(0);
      assertEquals(Set.of(1, 2, 3), under.add(stream, 1, 2, 3));
      under.read(stream, under.gather(stream, 3), 1); // everything is loaded
      long launches = Standin.count("cuLaunchKernel");
      long up = Standin.count("bytes to device");
      long down = Standin.count("bytes to host");
      long block = under.gather(stream, 3, 1, 2, 3);
      assertEquals(1, Standin.count("cuLaunchKernel") - launches);
      byte[][] got = under.read(stream, block, 4);
      assertEquals(0, Standin.count("bytes to device") - up);
      assertEquals(0, Standin.count("bytes to host") - down);
      int[] expected = {3, 1, 2, 3};
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(under.bytesOf(expected[i]), got[i], "row " + i);
      }
      assertEquals(5, under.rows.stats().hits());
    }
  }

  @Test
  void plansAsTheHeaderDoes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      long count = 1 + (long) Math.exp(random.nextDouble() * 12);
      long longest = (long) Math.exp(random.nextDouble() * 26);
      int multiprocessors = 1 + random.nextInt(150);
      long[] expected = Standin.planGather(count, longest, multiprocessors);
      int parts = GatherList.parts(count, longest, multiprocessors);
      assertEquals(expected[0], parts, "seed " + seed);
      assertEquals(expected[1], GatherList.blocks(count * parts, multiprocessors), "seed " + seed);
    }
  }

  @Test
  void evictsWhileAnotherStreamReads() {
    try (RowsOnDevice under = rows(2 * 1024)) {
      long writer = Standin.stream(0);
      long reader = Standin.stream(0);
      under.add(writer, 1, 2);
      Standin.hold(true); // the gather is queued, and cannot run before the eviction is
      long block = under.gather(reader, 1, 2);
      under.add(writer, 3, 4);
      assertEquals(List.of(1, 2), under.dropped);
      Standin.hold(false);
      byte[][] got = under.read(reader, block, 2);
      assertArrayEquals(under.bytesOf(1), got[0]);
      assertArrayEquals(under.bytesOf(2), got[1]);
      byte[][] later = under.read(writer, under.gather(writer, 3, 4), 2);
      assertArrayEquals(under.bytesOf(3), later[0]);
      assertArrayEquals(under.bytesOf(4), later[1]);
    }
  }

  @Test
  void aRowThatIsAboutToBeReadStays() {
    try (RowsOnDevice under = rows(1024)) {
      long stream = Standin.stream(0);
      under.add(stream, 1);
      try (DeviceHits<Integer, String> found = under.rows.find(List.of(1, 2))) {
        assertEquals("row 1", found.about(0));
        assertNull(found.about(1));
        assertEquals(Set.of(), under.add(stream, 2), "there is no room while row 1 is read");
        under.rows.clear();
        long block = Standin.allocate(0, ROW);
        found.copy(0, 0, block);
        found.gather(stream, 1);
        assertArrayEquals(under.bytesOf(1), under.read(stream, block, 1)[0]);
        Standin.free(0, block);
      }
      assertEquals(0, under.rows.stats().bytes().bytes());
      assertEquals(Set.of(2), under.add(stream, 2));
    }
  }

  @Test
  void readersInOtherStreamsWaitForTheRowToBeFilled() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (RowsOnDevice under = rows(1 << 20)) {
      for (int i = 0; i < 30; i++) {
        long writer = Standin.stream(0);
        long reader = Standin.stream(0);
        Standin.hold(random.nextBoolean());
        under.add(writer, i);
        long block = under.gather(reader, i);
        Standin.hold(false);
        assertArrayEquals(under.bytesOf(i), under.read(reader, block, 1)[0], "seed " + seed);
      }
    }
  }

  @Test
  void aStreamThatItsOwnerDestroysDoesNoHarm() {
    try (RowsOnDevice under = rows(2 * 1024)) {
      long mine = Standin.stream(0);
      long theirs = Standin.stream(0);
      Standin.hold(true);
      under.add(theirs, 1, 2);
      long block = under.gather(theirs, 1, 2);
      Standin.destroyStream(theirs);
      under.add(mine, 3);
      long other = under.gather(mine, 2);
      Standin.hold(false);
      assertArrayEquals(under.bytesOf(2), under.read(mine, other, 1)[0]);
      under.rows.trim(0); // waits for the gather in the stream that is gone
      byte[][] got = under.read(mine, block, 2);
      assertArrayEquals(under.bytesOf(1), got[0]);
      assertArrayEquals(under.bytesOf(2), got[1]);
      assertThrows(DeviceException.class, () -> under.add(theirs, 5));
      assertFalse(under.rows.contains(5));
    }
  }

  @Test
  void closesWithLaunchesInFlight() {
    Devices.get().device(0);
    long before = Standin.allocated();
    RowsOnDevice under = rows(1 << 20);
    long stream = Standin.stream(0);
    under.add(stream, 1, 2);
    Standin.hold(true);
    long block = under.gather(stream, 1, 2);
    under.rows.close(); // does not wait
    assertEquals(List.of(), under.rows.keys());
    Standin.hold(false);
    byte[][] got = under.read(stream, block, 2);
    assertArrayEquals(under.bytesOf(1), got[0]);
    assertArrayEquals(under.bytesOf(2), got[1]);
    assertEquals(Set.of(), under.add(stream, 3));
    under.close();
    awaitAllocated(before);
  }

  /** Frees run in a stream of their own. */
  static void awaitAllocated(long expected) {
    Devices.get()
        .device(0)
        .inContext(
            () -> {
              long stream = PoolDriver.createStream();
              for (int i = 0; i < 1_000_000 && Standin.allocated() != expected; i++) {
                Thread.onSpinWait();
              }
              PoolDriver.destroyStream(stream);
              return true;
            });
    assertEquals(expected, Standin.allocated());
  }

  @Test
  void trimsNothingAfterItWasClosed() {
    RowsOnDevice under = rows(1 << 20);
    under.add(Standin.stream(0), 1, 2);
    under.rows.close();
    assertEquals(0, under.rows.trim(0));
    assertEquals(0, Standin.count("dead handles"));
    under.close();
  }

  @Test
  void closesWhileACallHoldsRows() {
    RowsOnDevice under = rows(1 << 20);
    long stream = Standin.stream(0);
    under.add(stream, 1);
    long block = Standin.allocate(0, ROW);
    try (DeviceHits<Integer, String> found = under.rows.find(List.of(1))) {
      under.rows.close();
      found.copy(0, 0, block);
      found.gather(stream, 1);
    }
    assertArrayEquals(under.bytesOf(1), under.read(stream, block, 1)[0]);
    assertEquals(0, under.rows.stats().bytes().bytes());
    Standin.free(0, block);
    under.close();
  }

  @Test
  void aLostDeviceLosesItsRows() {
    RowsOnDevice under = rows(1 << 20);
    long stream = Standin.stream(0);
    under.add(stream, 1, 2);
    DeviceHits<Integer, String> found = under.rows.find(List.of(1));
    found.copy(0, 0, Standin.allocate(0, ROW));
    Standin.destroyContext(0);
    assertThrows(DeviceException.class, () -> found.gather(stream, 1));
    found.close();
    assertEquals(List.of(), under.rows.keys());
    assertEquals(2, under.timesLost);
    assertNull(under.onHost(2));
    assertFalse(under.rows.contains(2));
    assertEquals(0, under.rows.stats().bytes().bytes());
    assertThrows(
        DeviceException.class,
        () -> under.rows.add(List.of(new NewRow<>(3, "", new long[1], new long[1])), stream));
    under.rows.close();
    assertFalse(Devices.get().device(0).isLost(), "a new context is found");
  }

  @Test
  void refusesAStreamUnderCapture() {
    try (RowsOnDevice under = rows(1 << 20)) {
      long stream = Standin.stream(0);
      under.add(stream, 1);
      Standin.capture(stream, true);
      assertThrows(IllegalStateException.class, () -> under.gather(stream, 1));
      Standin.capture(stream, false);
      assertArrayEquals(under.bytesOf(1), under.read(stream, under.gather(stream, 1), 1)[0]);
    }
  }

  @Test
  void emptyRowsAndSeveralPartsAreServed() {
    try (RowsOnDevice under = rows(1 << 20)) {
      long stream = Standin.stream(0);
      long block = Standin.allocate(0, 64);
      Standin.write(
          stream, block, "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      NewRow<Integer, String> row =
          new NewRow<>(1, "x", new long[] {block + 3, block, block + 10}, new long[] {5, 0, 6});
      assertEquals(Set.of(1), under.rows.add(List.of(row), stream));
      byte[][] parts = under.onHost(1).parts();
      assertEquals("34567", new String(parts[0], java.nio.charset.StandardCharsets.US_ASCII));
      assertEquals(0, parts[1].length);
      assertEquals("abcdef", new String(parts[2], java.nio.charset.StandardCharsets.US_ASCII));
      Standin.free(0, block);
    }
  }
}
