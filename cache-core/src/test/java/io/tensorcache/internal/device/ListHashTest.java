package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.error.DeviceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Digests of a list equal those of the same bytes as rows. */
@RequiresStandin
class ListHashTest {
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private Device device;
  private KernelKey key;
  private long stream;
  private long memory;

  @BeforeEach
  void prepare() {
    device = Devices.get().device(0);
    key = device.newKey(random.longs(545, 0, 1L << 60).toArray());
    stream = Standin.stream(0);
    byte[] bytes = new byte[200_000];
    random.nextBytes(bytes);
    memory = Standin.allocate(0, bytes.length);
    Standin.write(stream, memory, bytes);
  }

  private long[] asRow(ListItem item) {
    RowsInput input =
        new RowsInput(
            item.address(),
            0,
            item.byteCount(),
            item.t0(),
            item.t1(),
            1,
            0,
            0,
            new long[0],
            new long[0]);
    long[] out = new long[2];
    device.tch1(key, stream, 1, List.of(input), out, 0);
    return out;
  }

  /** Of no bytes, of a tile and one more, and of several units. */
  @Test
  void eachItemHasItsOwnDigestWhateverElseIsInTheList() {
    List<ListItem> items = new ArrayList<>();
    for (int byteCount : new int[] {0, 1, 4096, 4097, 32_768, 32_769, 150_000, 3}) {
      int at = random.nextInt(50_000);
      items.add(new ListItem(memory + at, byteCount, random.nextLong(), random.nextLong()));
    }
    long[] digests = ListHash.digests(key, stream, items);
    assertEquals(2 * items.size(), digests.length);
    for (int i = 0; i < items.size(); i++) {
      long[] actual = Arrays.copyOfRange(digests, 2 * i, 2 * i + 2);
      assertArrayEquals(asRow(items.get(i)), actual, items.get(i) + ", seed " + seed);
      assertArrayEquals(actual, ListHash.digests(key, stream, List.of(items.get(i))));
    }
  }

  @Test
  void takesOneLaunchAndGivesItsMemoryBack() {
    List<ListItem> items = List.of(new ListItem(memory, 100_000, 1, 2));
    ListHash.digests(key, stream, items);
    long allocated = Standin.allocated();
    long pinned = Standin.live("pinned");
    long launches = Standin.count("cuLaunchKernel");
    ListHash.digests(key, stream, items);
    assertEquals(1, Standin.count("cuLaunchKernel") - launches);
    assertEquals(allocated, Standin.allocated());
    assertEquals(pinned, Standin.live("pinned"));
  }

  @Test
  void aFailedLaunchGivesItsMemoryBackToo() {
    List<ListItem> items = List.of(new ListItem(memory, 100_000, 1, 2));
    long[] expected = ListHash.digests(key, stream, items);
    long allocated = Standin.allocated();
    for (String function : List.of("cuMemAlloc", "cuMemsetD8Async", "cuLaunchKernel")) {
      Standin.fail(function, 2, 1);
      assertThrows(DeviceException.class, () -> ListHash.digests(key, stream, items), function);
      assertEquals(allocated, Standin.allocated(), function);
    }
    assertArrayEquals(expected, ListHash.digests(key, stream, items));
  }

  @Test
  void aCapturedStreamIsRefused() {
    List<ListItem> items = List.of(new ListItem(memory, 1, 1, 2));
    Standin.capture(stream, true);
    assertThrows(IllegalStateException.class, () -> ListHash.digests(key, stream, items));
    Standin.capture(stream, false);
    assertEquals(0, Standin.live("contexts"));
  }
}
