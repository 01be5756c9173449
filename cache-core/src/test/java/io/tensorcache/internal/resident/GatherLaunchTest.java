package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.InContext;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.device.Standin;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many copies by one launch. */
@InContext
class GatherLaunchTest {
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private Device device;
  private long stream;

  @BeforeEach
  void prepare() {
    device = Devices.get().device(0);
    stream = Standin.stream(0);
  }

  private void launch(GatherList list) {
    try (PinnedBlock block = device.pinnedHere(list.blockBytes())) {
      list.launch(device, stream, block);
      Driver.await(block.event());
    }
  }

  /** More copies than a list has room for at first, of any length and alignment, in any order. */
  @Test
  void copiesWhateverIsListedAndNothingElse() {
    byte[] source = new byte[40_000];
    random.nextBytes(source);
    long from = Standin.allocate(0, source.length);
    Standin.write(stream, from, source);
    byte[] expected = new byte[60_000];
    random.nextBytes(expected);
    long to = Standin.allocate(0, expected.length);
    Standin.write(stream, to, expected);
    GatherList list = new GatherList();
    for (int at = random.nextInt(5); at < 50_000; ) {
      int count = random.nextInt(random.nextInt(10) == 0 ? 9000 : 40);
      int first = random.nextInt(source.length - count);
      list.add(from + first, to + at, count);
      System.arraycopy(source, first, expected, at, count);
      at += count + random.nextInt(3);
    }
    launch(list);
    byte[] actual = new byte[expected.length];
    Standin.read(stream, to, actual);
    assertArrayEquals(expected, actual, "seed " + seed);
    assertEquals(1, Standin.count("cuLaunchKernel"));
  }

  @Test
  void theOrderOfTheListDoesNotMatterToItsLongest() {
    byte[] source = new byte[3 * 4096];
    random.nextBytes(source);
    long from = Standin.allocate(0, source.length);
    Standin.write(stream, from, source);
    for (boolean longFirst : new boolean[] {true, false}) {
      long to = Standin.allocate(0, source.length + 1);
      GatherList list = new GatherList();
      list.add(from, longFirst ? to : to + source.length, longFirst ? source.length : 1);
      list.add(from, longFirst ? to + source.length : to, longFirst ? 1 : source.length);
      launch(list);
      byte[] actual = new byte[source.length + 1];
      Standin.read(stream, to, actual);
      byte[] expected = Arrays.copyOf(source, actual.length);
      expected[source.length] = source[0];
      assertArrayEquals(expected, actual, "seed " + seed);
    }
  }

  @Test
  void aRefusedLaunchIsToldAndUsesNothing() {
    long from = Standin.allocate(0, 8);
    GatherList list = new GatherList();
    list.add(from, from + 4, 4);
    Standin.fail("cuLaunchKernel", 701, 1);
    try (PinnedBlock block = device.pinnedHere(list.blockBytes())) {
      DeviceException e =
          assertThrows(DeviceException.class, () -> list.launch(device, stream, block));
      assertEquals(701, e.code());
      assertEquals(0, Standin.count("cuEventRecord"));
    }
    launch(list);
  }
}
