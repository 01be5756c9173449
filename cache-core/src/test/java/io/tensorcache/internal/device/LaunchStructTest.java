package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written of a launch, by the offsets that {@link LaunchTest} compares with the header. */
class LaunchStructTest {
  private static final int AT = 24;
  private static final byte DIRT = (byte) 0xEE;

  private static final RowsInput DENSE =
      new RowsInput(0x1000, -64, 48, 11, 12, 1, 0, 3, new long[0], new long[0]);
  private static final RowsInput STRIDED =
      new RowsInput(0x2000, 128, 96, 21, 22, 5, 4, 7, new long[] {2, 3, 4}, new long[] {-9, 8, 7});
  private static final LaunchPlan PLAN =
      new LaunchPlan("tch1_split_strided", 9, 20, 17, new int[] {3, 2}, 50, true);

  private static ByteBuffer written(LaunchPlan plan, List<RowsInput> inputs, long rows) {
    byte[] bytes = new byte[AT + LaunchStruct.BYTES + 16];
    Arrays.fill(bytes, DIRT);
    ByteBuffer to = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    LaunchStruct.write(to, AT, plan, inputs, rows, 101, 102, 103, 104);
    return to;
  }

  private static int input(int i) {
    return AT + LaunchStruct.INPUT + i * LaunchStruct.INPUT_BYTES;
  }

  private static long[] longs(ByteBuffer from, int at, int count) {
    long[] result = new long[count];
    for (int i = 0; i < count; i++) {
      result[i] = from.getLong(at + 8 * i);
    }
    return result;
  }

  @Test
  void theHeadNamesMemoryAndCounts() {
    ByteBuffer to = written(PLAN, List.of(DENSE, STRIDED), 10);
    assertArrayEquals(new long[] {101, 102, 103, 104, 10, 50}, longs(to, AT, 6));
    assertEquals(2, to.getInt(AT + LaunchStruct.INPUTS));
    assertEquals(17, to.getInt(AT + LaunchStruct.ROWS_PER_WARP));
  }

  @Test
  void eachInputHasItsNumbers() {
    ByteBuffer to = written(PLAN, List.of(DENSE, STRIDED), 10);
    assertArrayEquals(new long[] {0x1000, -64, 48, 11, 12, 0, 1}, longs(to, input(0), 7));
    assertArrayEquals(new long[] {0x2000, 128, 96, 21, 22, 30, 5}, longs(to, input(1), 7));
    int[][] expected = {{3, 0, 0, 3}, {2, 4, 3, 7}};
    for (int i = 0; i < 2; i++) {
      int[] actual = {
        to.getInt(input(i) + LaunchStruct.PARTS),
        to.getInt(input(i) + LaunchStruct.ELEMENT_BYTES),
        to.getInt(input(i) + LaunchStruct.AXES),
        to.getInt(input(i) + LaunchStruct.DTYPE)
      };
      assertArrayEquals(expected[i], actual, "input " + i);
    }
  }

  @Test
  void theUnitsOfAnInputBeginAfterThoseOfAllBefore() {
    List<RowsInput> inputs = Collections.nCopies(RowsInput.MAX_INPUTS, DENSE);
    int[] parts = {1, 2, 3, 4, 5, 6, 7, 8};
    LaunchPlan plan = new LaunchPlan("tch1_split", 1, 8, 1, parts, 36L * 1_000_000_007L, true);
    ByteBuffer to = written(plan, inputs, 1_000_000_007L);
    long before = 0;
    for (int i = 0; i < parts.length; i++) {
      assertEquals(before * 1_000_000_007L, to.getLong(input(i) + LaunchStruct.FIRST_UNIT));
      before += parts[i];
    }
  }

  /** The block is used again: an axis of an earlier launch must not shine through. */
  @Test
  void axesThatAreNotUsedAreZero() {
    ByteBuffer to = written(PLAN, List.of(DENSE, STRIDED), 10);
    long[] none = new long[RowsInput.MAX_AXES];
    assertArrayEquals(none, longs(to, input(0) + LaunchStruct.DIMS, 8));
    assertArrayEquals(none, longs(to, input(0) + LaunchStruct.STRIDES, 8));
    assertArrayEquals(
        new long[] {2, 3, 4, 0, 0, 0, 0, 0}, longs(to, input(1) + LaunchStruct.DIMS, 8));
    assertArrayEquals(
        new long[] {-9, 8, 7, 0, 0, 0, 0, 0}, longs(to, input(1) + LaunchStruct.STRIDES, 8));
  }

  @Test
  void allAxesThatAKernelCanWalkAreWritten() {
    long[] dims = {1, 2, 3, 4, 5, 6, 7, 8};
    long[] strides = {8, 7, 6, 5, 4, 3, 2, 1};
    RowsInput input = new RowsInput(0, 0, 0, 0, 0, 1, 2, 0, dims, strides);
    ByteBuffer to = written(PLAN, List.of(input), 1);
    assertEquals(8, to.getInt(input(0) + LaunchStruct.AXES));
    assertArrayEquals(dims, longs(to, input(0) + LaunchStruct.DIMS, 8));
    assertArrayEquals(strides, longs(to, input(0) + LaunchStruct.STRIDES, 8));
  }

  @Test
  void nothingAroundIsTouched() {
    ByteBuffer to = written(PLAN, List.of(DENSE), 1);
    for (int i = 0; i < AT; i++) {
      assertEquals(DIRT, to.get(i), "byte " + i + " before");
    }
    for (int i = input(1); i < to.capacity(); i++) {
      assertEquals(DIRT, to.get(i), "byte " + i + " after the last input");
    }
    assertEquals(AT + LaunchStruct.BYTES, input(RowsInput.MAX_INPUTS));
  }
}
