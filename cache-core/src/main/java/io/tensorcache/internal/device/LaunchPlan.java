package io.tensorcache.internal.device;

import java.util.List;

/**
 * How rows are spread over a device: the same decisions as {@code native/cuda/plan.h}, whose
 * numbers are a model's. Any choice gives the same keys.
 *
 * @param kernel its name
 * @param blocks of {@link #THREADS} threads
 * @param items results
 * @param rowsPerWarp 1 to 32
 * @param parts of the rows of each input
 * @param units of all inputs; 0 where rows are not split
 * @param isSplit whether counters and partial sums are needed
 */
public record LaunchPlan(
    String kernel,
    int blocks,
    long items,
    int rowsPerWarp,
    int[] parts,
    long units,
    boolean isSplit) {
  public static final int THREADS = 256;
  static final int WARPS = THREADS / 32;
  public static final int BLOCKS_PER_MULTIPROCESSOR = 3;
  static final int TILE_BYTES = 4096;
  static final int TORCHCACHE_ELEMENTS = 1024;
  static final int PARTIAL_BYTES = 32;

  /** So that no index of a row overflows 32 bits. */
  static final long MAX_ROWS = (1L << 31) - (1 << 24);

  private static final int MAX_BLOCKS = 1 << 20;

  /** TCH1 of at least one row. */
  static LaunchPlan tch1(List<RowsInput> inputs, long rows, int multiprocessors) {
    long resident = (long) multiprocessors * BLOCKS_PER_MULTIPROCESSOR;
    long items = rows * inputs.size();
    long tiles = 0;
    boolean strided = false;
    for (RowsInput input : inputs) {
      tiles = Math.max(tiles, ceilDiv(input.rowBytes(), TILE_BYTES));
      strided |= input.elementBytes() != 0;
    }
    if (tiles <= 1 || (tiles < WARPS && items > resident)) {
      int rowsPerWarp = (int) Math.max(1, Math.min(32, rows / (resident * WARPS)));
      long warps = ceilDiv(rows, rowsPerWarp);
      long blocks = Math.min(resident, ceilDiv(warps, WARPS));
      String kernel = strided ? "tch1_rows_strided" : "tch1_rows";
      return new LaunchPlan(
          kernel, grid(blocks), items, rowsPerWarp, new int[inputs.size()], 0, false);
    }
    long[] pieces =
        inputs.stream().mapToLong(input -> ceilDiv(input.rowBytes(), TILE_BYTES)).toArray();
    return split(strided ? "tch1_split_strided" : "tch1_split", pieces, rows, resident);
  }

  /** torchcache's hash of at least one row. */
  static LaunchPlan torchcache(List<RowsInput> inputs, long rows, int multiprocessors) {
    long resident = (long) multiprocessors * BLOCKS_PER_MULTIPROCESSOR;
    long[] pieces =
        inputs.stream()
            .mapToLong(
                input -> ceilDiv(input.rowBytes() / input.elementBytes(), TORCHCACHE_ELEMENTS))
            .toArray();
    return split("torchcache_rows", pieces, rows, resident);
  }

  private static LaunchPlan split(String kernel, long[] pieces, long rows, long resident) {
    long items = rows * pieces.length;
    int[] parts = new int[pieces.length];
    long units = 0;
    boolean split = false;
    for (int i = 0; i < pieces.length; i++) {
      parts[i] = parts(pieces[i], items, resident);
      units += rows * parts[i];
      split |= parts[i] > 1;
    }
    return new LaunchPlan(kernel, grid(units), items, 1, parts, units, split);
  }

  /** Enough to fill the device once while every warp has a tile; long rows are cut finer. */
  private static int parts(long tiles, long items, long resident) {
    long toFill = Math.min(resident / items, ceilDiv(tiles, WARPS));
    long toEvenOut = Math.min(4 * resident / items, tiles / (8 * WARPS));
    return (int) Math.max(1, Math.max(toFill, toEvenOut));
  }

  private static int grid(long blocks) {
    return (int) Math.max(1, Math.min(MAX_BLOCKS, blocks));
  }

  private static long ceilDiv(long a, long b) {
    return a / b + (a % b == 0 ? 0 : 1);
  }

  /** Bytes of counters that are zero before and after the launch. */
  long counterBytes() {
    return isSplit ? Integer.BYTES * items : 0;
  }

  /** Bytes of workspace of any content. */
  long partialBytes() {
    return isSplit ? PARTIAL_BYTES * units : 0;
  }
}
