package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How copies are listed and spread; what a launch of them does is in {@code GatherLaunchTest}. */
class GatherListTest {
  @Test
  void aCopyOfNoBytesIsLeftOut() {
    GatherList list = new GatherList();
    assertTrue(list.isEmpty());
    list.add(100, 200, 0);
    assertTrue(list.isEmpty());
    assertEquals(64, list.blockBytes());
    list.add(100, 200, 1);
    assertFalse(list.isEmpty());
    assertEquals(64 + 24, list.blockBytes());
  }

  @Test
  void theBlockGrowsWithEachCopy() {
    GatherList list = new GatherList();
    for (int i = 1; i <= 100; i++) {
      list.add(i, i, i);
      assertEquals(64 + 24 * i, list.blockBytes());
    }
  }

  /** Twelve blocks are resident, so 24 units are wanted, none shorter than 4 KiB. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 8191, 1",
    "1, 8192, 2",
    "1, 98303, 23",
    "1, 98304, 24",
    "1, 1073741824, 24",
    "2, 1073741824, 12",
    "12, 1073741824, 2",
    "13, 1073741824, 1",
    "24, 1073741824, 1",
    "25, 1073741824, 1",
    "1000000, 1073741824, 1"
  })
  void fewLongCopiesAreCut(long count, long longest, int parts) {
    assertEquals(parts, GatherList.parts(count, longest, 4));
  }

  @Test
  void aCopyHasAtMostAMillionParts() {
    assertEquals(1 << 20, GatherList.parts(1, 1L << 40, 1 << 20));
    assertEquals((1 << 20) - 1, GatherList.parts(1, (1L << 32) - 1, 1 << 20));
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 1", "95, 4, 95", "96, 4, 96", "97, 4, 96", "24, 1, 24", "25, 1, 24"})
  void aGridHasEightBlocksForEachThatIsResident(long units, int multiprocessors, int blocks) {
    assertEquals(blocks, GatherList.blocks(units, multiprocessors));
  }

  @Test
  void aGridHasAtMostAMillionBlocksAndAtLeastOne() {
    assertEquals(1 << 20, GatherList.blocks(1L << 40, 1 << 20));
    assertEquals(1, GatherList.blocks(0, 1));
  }
}
