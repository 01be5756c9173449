package io.tensorcache.soak;

import io.tensorcache.Outputs;
import io.tensorcache.tensor.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a function of the soak returned, taken out of its tensors once. Confined to one
 * thread.
 */
final class SoakRows {
  private final SoakFunction.Kind kind;
  private final float @Nullable [] narrow;
  private final long[][] wide;

  SoakRows(SoakFunction.Kind kind, Outputs<HostTensor> outputs) {
    this.kind = kind;
    this.narrow = kind == SoakFunction.Kind.NARROW ? outputs.tensor(0).floats() : null;
    this.wide = new long[narrow == null ? kind.outputs() : 0][];
    for (int output = 0; output < wide.length; output++) {
      wide[output] = outputs.tensor(output).longs();
    }
  }

  /** Which row is not that of its id at this version; empty if all are right. */
  String difference(long[] ids, int version) {
    if (kind == SoakFunction.Kind.WHOLE) {
      return isWhole(ids, version) ? "" : "the whole of ids from " + ids[0];
    }
    for (int row = 0; row < ids.length; row++) {
      if (!isRow(row, ids[row], version)) {
        return "row " + row + " of " + ids.length + ", id " + ids[row];
      }
    }
    return "";
  }

  /** Rows of one call may have waited for calls of different versions. */
  boolean isEachOfOne(long[] ids, int first, int last) {
    if (kind == SoakFunction.Kind.WHOLE) {
      return false;
    }
    for (int row = 0; row < ids.length; row++) {
      boolean found = false;
      for (int version = first; version <= last && !found; version++) {
        found = isRow(row, ids[row], version);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private boolean isWhole(long[] ids, int version) {
    for (int column = 0; column < kind.columns; column++) {
      if (wide[0][column] != kind.whole(version, ids, column)) {
        return false;
      }
    }
    return wide[0].length == kind.columns;
  }

  private boolean isRow(int row, long id, int version) {
    int from = row * kind.columns;
    boolean right = true;
    for (int column = 0; column < kind.columns; column++) {
      if (narrow != null) {
        right &= narrow[from + column] == kind.smallValue(version, id, column);
      }
      for (int output = 0; output < wide.length; output++) {
        right &= wide[output][from + column] == kind.value(version, id, column, output);
      }
    }
    return right;
  }
}
