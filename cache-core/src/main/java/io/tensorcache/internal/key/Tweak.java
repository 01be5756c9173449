package io.tensorcache.internal.key;

import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;

/**
 * The hash of everything about a row but its data: dtype, shape, slot, step and domain. Made by
 * {@link RowKeys#tweak}; good for any number of batches of that row spec. Immutable; safe for use
 * by several threads.
 */
public final class Tweak {
  private final KeyMaterial material;
  private final TensorSpec rowSpec;
  private final long step;
  private final long hashedByteCount;
  private final long t0;
  private final long t1;

  /**
   * @param t two numbers of the domain
   */
  Tweak(KeyMaterial material, TensorSpec rowSpec, long step, long hashedByteCount, long[] t) {
    this.material = material;
    this.rowSpec = rowSpec;
    this.step = step;
    this.hashedByteCount = hashedByteCount;
    this.t0 = t[0];
    this.t1 = t[1];
  }

  /** The spec of the rows, without the batch axis. */
  public TensorSpec rowSpec() {
    return rowSpec;
  }

  /** True if the rows of this batch are such rows. */
  public boolean isOf(TensorView batch) {
    TensorSpec spec = batch.spec();
    boolean same = spec.dtype() == rowSpec.dtype() && spec.rank() == rowSpec.rank() + 1;
    for (int axis = 0; same && axis < rowSpec.rank(); axis++) {
      same = spec.dim(axis + 1) == rowSpec.dim(axis);
    }
    return same;
  }

  /** Every step-th element of a row is read; 1 for all. */
  public long step() {
    return step;
  }

  /** Bytes of a row that enter the multiply-sum. */
  long hashedByteCount() {
    return hashedByteCount;
  }

  KeyMaterial material() {
    return material;
  }

  long t0() {
    return t0;
  }

  long t1() {
    return t1;
  }
}
