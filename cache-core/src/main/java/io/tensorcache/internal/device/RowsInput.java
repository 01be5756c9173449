package io.tensorcache.internal.device;

/**
 * One input of a launch: rows of one layout in device memory.
 *
 * @param address of row 0, any alignment
 * @param rowStride bytes between rows, any sign
 * @param rowBytes bytes that are hashed of a row
 * @param t0 the tweak
 * @param t1 the tweak
 * @param step every step-th element is read
 * @param elementBytes 0 if the bytes of a row lie one after another
 * @param dtype the code of KEY.md; only torchcache's hash looks at it
 * @param dims elements along each axis of a row, outermost first; at most {@link #MAX_AXES}
 * @param strides bytes per step along each axis
 */
public record RowsInput(
    long address,
    long rowStride,
    long rowBytes,
    long t0,
    long t1,
    long step,
    int elementBytes,
    int dtype,
    long[] dims,
    long[] strides) {
  /** Inputs of one launch. */
  public static final int MAX_INPUTS = 8;

  /** Axes of a row that a kernel can walk along. */
  public static final int MAX_AXES = 8;
}
