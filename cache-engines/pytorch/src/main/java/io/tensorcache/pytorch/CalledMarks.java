package io.tensorcache.pytorch;

import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/** The marks of a tensor by calls of PyTorch, about 250 ns: right with every layout of it. */
final class CalledMarks implements TensorMarks {
  private final Tensor live;
  private final Tensor seen;
  private final long version;
  private final long address;
  private final long[] sizesAndStrides;

  /**
   * @param live the tensor as its module holds it
   * @param seen another one of the same storage, owned by the caller
   */
  CalledMarks(Tensor live, Tensor seen) {
    this.live = live;
    this.seen = seen;
    this.version = live._version();
    this.address = address(live);
    this.sizesAndStrides = sizesAndStrides(live);
  }

  private static long address(Tensor tensor) {
    Pointer data = tensor.const_data_ptr();
    return data == null ? 0 : data.address();
  }

  static long[] sizesAndStrides(Tensor tensor) {
    int rank = (int) tensor.dim();
    long[] all = new long[2 * rank];
    for (int axis = 0; axis < rank; axis++) {
      all[axis] = tensor.size(axis);
      all[rank + axis] = tensor.stride(axis);
    }
    return all;
  }

  @Override
  public boolean areUnchanged() {
    return live.defined()
        && live._version() == version
        && live.is_alias_of(seen)
        && address(live) == address
        && Arrays.equals(sizesAndStrides(live), sizesAndStrides);
  }

  @Override
  public boolean arePieces() {
    return false;
  }

  @Override
  public boolean isMemoryUncounted() {
    return address(seen) == address && seen._version() == version;
  }

  /** Holds nothing of its own. */
  @Override
  public void close() {}
}
