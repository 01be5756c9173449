package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The Java side of a launch, against the C++ headers. */
@RequiresStandin
class LaunchTest {
  private static final List<String> KERNELS =
      List.of(
          "tch1_rows", "tch1_rows_strided", "tch1_split", "tch1_split_strided", "torchcache_rows");

  @Test
  void theStructIsLaidOutAsTheHeaderSays() {
    assertArrayEquals(
        new long[] {
          LaunchStruct.KEY_BYTES,
          LaunchStruct.KEY_POWER,
          LaunchStruct.KEY_TABLE_BYTES,
          LaunchStruct.BYTES,
          LaunchStruct.KEY,
          LaunchStruct.OUT,
          LaunchStruct.COUNTERS,
          LaunchStruct.PARTIALS,
          LaunchStruct.ROWS,
          LaunchStruct.UNITS,
          LaunchStruct.INPUTS,
          LaunchStruct.ROWS_PER_WARP,
          LaunchStruct.INPUT,
          LaunchStruct.INPUT_BYTES,
          LaunchStruct.ADDRESS,
          LaunchStruct.ROW_STRIDE,
          LaunchStruct.ROW_BYTES,
          LaunchStruct.T0,
          LaunchStruct.T1,
          LaunchStruct.FIRST_UNIT,
          LaunchStruct.STEP,
          LaunchStruct.PARTS,
          LaunchStruct.ELEMENT_BYTES,
          LaunchStruct.AXES,
          LaunchStruct.DTYPE,
          LaunchStruct.DIMS,
          LaunchStruct.STRIDES,
          LaunchPlan.THREADS,
          LaunchPlan.WARPS,
          LaunchPlan.BLOCKS_PER_MULTIPROCESSOR,
          RowsInput.MAX_INPUTS,
          RowsInput.MAX_AXES,
          LaunchPlan.TORCHCACHE_ELEMENTS,
          LaunchPlan.PARTIAL_BYTES / Long.BYTES,
          LaunchPlan.TILE_BYTES
        },
        Standin.layout());
  }

  @Test
  void plansAsTheHeaderDoes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      int multiprocessors = 1 + random.nextInt(150);
      long rows = 1 + (long) Math.exp(random.nextDouble() * 18);
      long[] rowBytes =
          LongStream.range(0, 1 + random.nextInt(8))
              .map(input -> (long) Math.exp(random.nextDouble() * 26) / 4 * 4)
              .toArray();
      boolean torchcache = random.nextBoolean();
      int elementBytes = torchcache || random.nextBoolean() ? 4 : 0;
      List<RowsInput> inputs = new ArrayList<>();
      for (long bytes : rowBytes) {
        inputs.add(new RowsInput(0, 0, bytes, 0, 0, 1, elementBytes, 0, new long[0], new long[0]));
      }
      LaunchPlan plan =
          torchcache
              ? LaunchPlan.torchcache(inputs, rows, multiprocessors)
              : LaunchPlan.tch1(inputs, rows, multiprocessors);
      long[] expected = Standin.plan(torchcache, rows, rowBytes, elementBytes, multiprocessors);
      String what = "plan " + i + " of random seed " + seed;
      assertEquals(expected[0], KERNELS.indexOf(plan.kernel()), what);
      assertEquals(expected[1], plan.blocks(), what);
      assertEquals(4 * expected[2], plan.counterBytes(), what);
      assertEquals(8 * expected[3], plan.partialBytes(), what);
      if (expected[0] < 2) {
        assertEquals(expected[4], plan.rowsPerWarp(), what);
        continue;
      }
      assertEquals(expected[5], plan.units(), what);
      for (int input = 0; input < rowBytes.length; input++) {
        assertEquals(expected[6 + input], plan.parts()[input], what);
      }
    }
  }
}
