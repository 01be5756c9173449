package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each decision of a plan at its edge, on a device where 12 blocks are resident. */
class LaunchPlanTest {
  private static final int MULTIPROCESSORS = 4;
  private static final long TILE = LaunchPlan.TILE_BYTES;

  private static RowsInput input(long rowBytes, int elementBytes) {
    return new RowsInput(0, 0, rowBytes, 0, 0, 1, elementBytes, 0, new long[0], new long[0]);
  }

  private static LaunchPlan tch1(long rows, long... rowBytes) {
    List<RowsInput> inputs = new ArrayList<>();
    for (long bytes : rowBytes) {
      inputs.add(input(bytes, 0));
    }
    return LaunchPlan.tch1(inputs, rows, MULTIPROCESSORS);
  }

  private static LaunchPlan torchcache(long rows, long elements) {
    return LaunchPlan.torchcache(List.of(input(8 * elements, 8)), rows, MULTIPROCESSORS);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "8, 1, 1",
    "9, 1, 2",
    "88, 1, 11",
    "89, 1, 12",
    "191, 1, 12",
    "192, 2, 12",
    "287, 2, 12",
    "288, 3, 12",
    "3071, 31, 12",
    "3072, 32, 12",
    "1000000, 32, 12",
    "2147483647, 32, 12"
  })
  void aWarpTakesMoreShortRowsOnceTheDeviceIsFull(long rows, int rowsPerWarp, int blocks) {
    LaunchPlan plan = tch1(rows, TILE);
    assertEquals("tch1_rows", plan.kernel());
    assertEquals(rowsPerWarp, plan.rowsPerWarp());
    assertEquals(blocks, plan.blocks());
    assertEquals(rows, plan.items());
  }

  @Test
  void shortRowsNeedNoWorkspace() {
    LaunchPlan plan = tch1(100, TILE, 0, 1);
    assertEquals(300, plan.items());
    assertArrayEquals(new int[3], plan.parts());
    assertEquals(0, plan.units());
    assertFalse(plan.isSplit());
    assertEquals(0, plan.counterBytes());
    assertEquals(0, plan.partialBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4096, tch1_rows",
    "1, 4097, tch1_split",
    "12, 28672, tch1_split",
    "13, 4097, tch1_rows",
    "13, 28672, tch1_rows",
    "13, 28673, tch1_split"
  })
  void rowsOfSeveralTilesAreSplitUnlessTheyAreManyAndShort(
      long rows, long rowBytes, String kernel) {
    assertEquals(kernel, tch1(rows, rowBytes).kernel());
  }

  /** Seven rows of two inputs are 14 results, more than are resident. */
  @Test
  void theRowsOfAllInputsCountAndTheLongestDecides() {
    assertEquals("tch1_split", tch1(6, 1, 2 * TILE).kernel());
    assertEquals("tch1_rows", tch1(7, 1, 2 * TILE).kernel());
    assertEquals("tch1_split", tch1(7, 1, 8 * TILE).kernel());
    assertEquals("tch1_split", tch1(7, 8 * TILE, 1).kernel());
  }

  @Test
  void oneStridedInputTakesTheStridedKernel() {
    RowsInput dense = input(TILE, 0);
    RowsInput strided = input(TILE, 4);
    for (List<RowsInput> inputs : List.of(List.of(dense, strided), List.of(strided, dense))) {
      assertEquals("tch1_rows_strided", LaunchPlan.tch1(inputs, 5, MULTIPROCESSORS).kernel());
    }
    List<RowsInput> longer = List.of(input(9 * TILE, 0), strided);
    assertEquals("tch1_split_strided", LaunchPlan.tch1(longer, 5, MULTIPROCESSORS).kernel());
  }

  /** 12 parts fill the device; from 13 pieces of 64 tiles on, the length decides, up to 48. */
  @ParameterizedTest
  @CsvSource({
    "2, 1",
    "8, 1",
    "9, 2",
    "88, 11",
    "89, 12",
    "831, 12",
    "832, 13",
    "3071, 47",
    "3072, 48",
    "1000000, 48"
  })
  void oneRowIsCutToFillTheDevice(long tiles, int parts) {
    LaunchPlan plan = tch1(1, tiles * TILE);
    assertArrayEquals(new int[] {parts}, plan.parts());
    assertEquals(parts, plan.units());
    assertEquals(parts, plan.blocks());
    assertEquals(1, plan.rowsPerWarp());
    assertEquals(parts > 1, plan.isSplit());
    assertEquals(parts > 1 ? 4 : 0, plan.counterBytes());
    assertEquals(parts > 1 ? 32 * parts : 0, plan.partialBytes());
  }

  @Test
  void eachInputIsCutByItsOwnLength() {
    LaunchPlan plan = tch1(2, 1000 * TILE, 2 * TILE, 1000 * TILE);
    assertEquals(6, plan.items());
    assertArrayEquals(new int[] {8, 1, 8}, plan.parts());
    assertEquals(2 * (8 + 1 + 8), plan.units());
    assertTrue(plan.isSplit(), "the last input of one part does not undo it");
    assertEquals(4 * 6, plan.counterBytes());
    assertEquals(32 * 34, plan.partialBytes());
  }

  @ParameterizedTest
  @CsvSource({"12, 1", "6, 2", "5, 2", "4, 3"})
  void fewerRowsAreCutFiner(long rows, int parts) {
    assertArrayEquals(new int[] {parts}, tch1(rows, 24 * TILE).parts());
  }

  @Test
  void aGridHasAtMostAMillionBlocks() {
    assertEquals(1 << 20, tch1(1 << 20, 8 * TILE).blocks());
    LaunchPlan plan = tch1((1 << 20) + 1, 8 * TILE);
    assertEquals(1 << 20, plan.blocks());
    assertEquals((1 << 20) + 1, plan.units());
  }

  @Test
  void theLargestBatchOverflowsNothing() {
    long rows = LaunchPlan.MAX_ROWS;
    LaunchPlan plan = tch1(rows, 1, 1, 1, 1, 1, 1, 1, 1);
    assertEquals(8 * rows, plan.items());
    assertEquals(12, plan.blocks());
    LaunchPlan split = tch1(rows, 8 * TILE, 8 * TILE);
    assertEquals(2 * rows, split.units());
    assertEquals(1 << 20, split.blocks());
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "8192, 1", "8193, 2", "90112, 11", "90113, 12", "1000000, 15"})
  void torchcacheCutsByElementsAndNotByBytes(long elements, int parts) {
    LaunchPlan plan = torchcache(1, elements);
    assertEquals("torchcache_rows", plan.kernel());
    assertArrayEquals(new int[] {parts}, plan.parts());
    assertEquals(parts, plan.blocks());
  }

  @Test
  void torchcacheHasAUnitForEachRowHoweverManyThereAre() {
    LaunchPlan plan = torchcache(1000, 10);
    assertEquals(1000, plan.items());
    assertEquals(1000, plan.units());
    assertEquals(1000, plan.blocks());
    assertFalse(plan.isSplit());
  }
}
