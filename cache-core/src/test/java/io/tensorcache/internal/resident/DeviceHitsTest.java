package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a look-up found, and how long it stays. */
@RequiresStandin
class DeviceHitsTest {
  private RowsOnDevice under;
  private long stream;

  @BeforeEach
  void open() {
    under = new RowsOnDevice(0, 200, 2 * 256, 0, false);
    stream = Standin.stream(0);
    under.add(stream, 1, 2);
  }

  @AfterEach
  void close() {
    under.close();
  }

  private DeviceHits<Integer, String> find(Integer... keys) {
    return under.rows.find(List.of(keys));
  }

  @Test
  void answersAreInTheOrderOfTheQuestions() {
    try (DeviceHits<Integer, String> found = find(2, 7, 1, 2)) {
      assertEquals("row 2", found.about(0));
      assertNull(found.about(1));
      assertEquals("row 1", found.about(2));
      assertEquals("row 2", found.about(3));
      assertThrows(IndexOutOfBoundsException.class, () -> found.about(4));
    }
  }

  @Test
  void aRowThatIsNotHereCannotBeCopied() {
    try (DeviceHits<Integer, String> found = find(1, 7)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> found.copy(1, 0, 0));
      assertEquals("row 1 is not on the device", e.getMessage());
    }
  }

  @Test
  void eachGatherCopiesWhatWasPlannedSinceTheLast() {
    long block = Standin.allocate(0, 400);
    try (DeviceHits<Integer, String> found = find(1, 2)) {
      found.copy(0, 0, block);
      found.gather(stream, 3);
      Standin.write(stream, block, new byte[200]);
      found.copy(1, 0, block + 200);
      found.gather(stream, 4);
      long launches = Standin.count("cuLaunchKernel");
      found.gather(stream, 0);
      assertEquals(launches, Standin.count("cuLaunchKernel"));
    }
    byte[][] there = under.read(stream, block, 2);
    assertArrayEquals(new byte[200], there[0], "it is not copied again");
    assertArrayEquals(under.bytesOf(2), there[1]);
    assertEquals(7, under.rows.stats().hits());
    Standin.free(0, block);
  }

  /** Two look-ups hold row 1; closing one of them twice must not let go of the other's. */
  @Test
  void closingTwiceLetsGoOnce() {
    DeviceHits<Integer, String> first = find(1);
    try (DeviceHits<Integer, String> second = find(1)) {
      first.close();
      first.close();
      assertEquals(Set.of(3), under.add(stream, 3, 4, 5));
      assertEquals("row 1", second.about(0));
      assertEquals(List.of(2), under.dropped);
    }
    under.add(stream, 6);
    assertEquals(List.of(2, 1), under.dropped);
  }

  @Test
  void aRowThatWasFoundTwiceIsHeldUntilTheEnd() {
    long before = under.rows.stats().bytes().bytes();
    try (DeviceHits<Integer, String> found = find(1, 1)) {
      under.rows.clear();
      assertEquals(before - 256, under.rows.stats().bytes().bytes(), "row 2 is freed at once");
      assertEquals("row 1", found.about(1));
    }
    assertEquals(0, under.rows.stats().bytes().bytes());
  }
}
