package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a list is spread over a device where 12 blocks are resident. */
class ListHashUnitsTest {
  private static final long TILE = LaunchPlan.TILE_BYTES;

  private static long[] units(long... byteCounts) {
    List<ListItem> items = new ArrayList<>();
    for (long bytes : byteCounts) {
      items.add(new ListItem(0, bytes, 0, 0));
    }
    return ListHash.units(items, 4);
  }

  /** At least eight tiles a unit; from 432 tiles on, as many as make 48 units. */
  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "32768, 1",
    "32769, 2",
    "65536, 2",
    "65537, 3",
    "1765376, 54",
    "1765377, 48",
    "1769472, 48",
    "1769473, 49"
  })
  void oneItemIsCut(long byteCount, long units) {
    assertArrayEquals(new long[] {units}, units(byteCount));
  }

  @Test
  void theLengthOfAllDecidesHowFineEachIsCut() {
    assertArrayEquals(new long[] {53, 1}, units(424 * TILE, 0));
    assertArrayEquals(new long[] {48, 1}, units(424 * TILE, 8 * TILE));
    assertArrayEquals(new long[] {1, 48, 2}, units(1, 424 * TILE, 10 * TILE));
  }

  @Test
  void aUnitHasAtMostSixteenMillionTiles() {
    long most = 1L << 24;
    assertArrayEquals(new long[] {48}, units(48 * most * TILE));
    assertArrayEquals(new long[] {96}, units(96 * most * TILE));
  }

  @Test
  void manyShortItemsHaveOneUnitEach() {
    long[] units = units(new long[1000]);
    assertEquals(1000, units.length);
    for (long each : units) {
      assertEquals(1, each);
    }
  }
}
