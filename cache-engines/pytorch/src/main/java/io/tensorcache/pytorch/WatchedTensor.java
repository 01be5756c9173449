package io.tensorcache.pytorch;

import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorMemory;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A parameter or buffer, and what a change of it is noticed by: the marks that PyTorch keeps, and
 * in host memory the bytes from its first to its last element, whatever lies between them.
 * Immutable; safe for use by several threads. Keeps the memory that the tensor had until this is
 * closed, so that what it reads is never freed and no address is used again unnoticed.
 */
final class WatchedTensor implements AutoCloseable {
  private final String name;
  private final Tensor live;
  private final Tensor seen;
  private final TensorMarks marks;
  private final @Nullable WatchedBytes small;
  private final @Nullable WatchedMemory large;
  private final boolean isOnHost;

  /**
   * @param live the tensor as its module holds it, which shows what is set there later
   * @throws IllegalArgumentException if changes of the tensor cannot be noticed, or its values
   *     cannot be read, with what to do
   */
  WatchedTensor(String name, Tensor live) {
    requireCounter(name, live);
    TensorMemory memory = PyTorch.tensors().view(live).memory();
    this.name = name;
    this.live = live;
    this.seen = Unscoped.keep(live::detach);
    this.marks =
        NativeMarks.isLaidOutAsExpected() ? new NativeMarks(live) : new CalledMarks(live, seen);
    this.isOnHost = memory instanceof HostMemory;
    long address = memory instanceof HostMemory host ? host.address() : 0;
    long byteCount = address == 0 ? 0 : memory.byteCount();
    boolean isSmall = byteCount <= WatchedBytes.MOST;
    this.small = byteCount > 0 && isSmall ? new WatchedBytes(address, byteCount) : null;
    this.large = isSmall ? null : new WatchedMemory(address, byteCount);
  }

  private static void requireCounter(String name, Tensor live) {
    if (live.is_inference()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is an inference "
              + TensorText.of(live)
              + ": it has no version counter, so changes go unnoticed; load the module outside of"
              + " inference mode");
    }
  }

  /** The dotted name in the module, {@code layer1.conv.weight} for example. */
  String name() {
    return name;
  }

  /** The tensor as the module uses it now. Owned by the module. */
  Tensor tensor() {
    return live;
  }

  /** The memory if it is too large to be read at each look. */
  @Nullable WatchedMemory large() {
    return large;
  }

  /** Whether every byte is watched; on a device only what PyTorch counts is. */
  boolean isOnHost() {
    return isOnHost;
  }

  /** Whether PyTorch counted no change. About 50 ns. */
  boolean isUncounted() {
    return marks.areUnchanged();
  }

  /** Whether a small tensor's bytes are all as they were; true for others. */
  boolean areBytesUnchanged() {
    return small == null || small.areUnchanged();
  }

  /**
   * Whether all of the memory that the tensor had is as it was, whatever the tensor has now; false
   * also if that memory was freed, or if an operation on it was counted, after which equal bytes
   * would not prove that there were no others in between.
   */
  boolean isMemoryUnchanged() {
    return marks.isMemoryUncounted() && areAllBytesUnchanged();
  }

  /** Whether all bytes in host memory are as they were. Reads all of them. */
  boolean areAllBytesUnchanged() {
    return areBytesUnchanged() && (large == null || large.isUnchanged());
  }

  /** Lets go of the old memory; must not be used afterwards. */
  @Override
  public void close() {
    marks.close();
    seen.close();
  }
}
