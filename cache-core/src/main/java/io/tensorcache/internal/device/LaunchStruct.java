package io.tensorcache.internal.device;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The one parameter of a kernel, laid out as {@code native/cuda/launch.h} says; a test compares the
 * offsets with the header. Little-endian.
 */
final class LaunchStruct {
  static final int KEY_BYTES = 8456;
  static final int KEY_POWER = 4360;
  static final int KEY_TABLE_BYTES = 545 * Long.BYTES;
  static final int BYTES = 1656;
  static final int KEY = 0;
  static final int OUT = 8;
  static final int COUNTERS = 16;
  static final int PARTIALS = 24;
  static final int ROWS = 32;
  static final int UNITS = 40;
  static final int INPUTS = 48;
  static final int ROWS_PER_WARP = 52;
  static final int INPUT = 56;
  static final int INPUT_BYTES = 200;
  static final int ADDRESS = 0;
  static final int ROW_STRIDE = 8;
  static final int ROW_BYTES = 16;
  static final int T0 = 24;
  static final int T1 = 32;
  static final int FIRST_UNIT = 40;
  static final int STEP = 48;
  static final int PARTS = 56;
  static final int ELEMENT_BYTES = 60;
  static final int AXES = 64;
  static final int DTYPE = 68;
  static final int DIMS = 72;
  static final int STRIDES = 136;

  private LaunchStruct() {}

  /** Writes everything from {@code at} on; addresses are the device's. */
  static void write(
      ByteBuffer to,
      int at,
      LaunchPlan plan,
      List<RowsInput> inputs,
      long rows,
      long key,
      long out,
      long counters,
      long partials) {
    to.putLong(at + KEY, key)
        .putLong(at + OUT, out)
        .putLong(at + COUNTERS, counters)
        .putLong(at + PARTIALS, partials)
        .putLong(at + ROWS, rows)
        .putLong(at + UNITS, plan.units())
        .putInt(at + INPUTS, inputs.size())
        .putInt(at + ROWS_PER_WARP, plan.rowsPerWarp());
    long firstUnit = 0;
    for (int i = 0; i < inputs.size(); i++) {
      int parts = plan.parts()[i];
      write(to, at + INPUT + i * INPUT_BYTES, inputs.get(i), firstUnit, parts);
      firstUnit += rows * parts;
    }
  }

  private static void write(ByteBuffer to, int at, RowsInput input, long firstUnit, int parts) {
    to.putLong(at + ADDRESS, input.address())
        .putLong(at + ROW_STRIDE, input.rowStride())
        .putLong(at + ROW_BYTES, input.rowBytes())
        .putLong(at + T0, input.t0())
        .putLong(at + T1, input.t1())
        .putLong(at + FIRST_UNIT, firstUnit)
        .putLong(at + STEP, input.step())
        .putInt(at + PARTS, parts)
        .putInt(at + ELEMENT_BYTES, input.elementBytes())
        .putInt(at + AXES, input.dims().length)
        .putInt(at + DTYPE, input.dtype());
    for (int axis = 0; axis < RowsInput.MAX_AXES; axis++) {
      boolean used = axis < input.dims().length;
      to.putLong(at + DIMS + Long.BYTES * axis, used ? input.dims()[axis] : 0);
      to.putLong(at + STRIDES + Long.BYTES * axis, used ? input.strides()[axis] : 0);
    }
  }
}
