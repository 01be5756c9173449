package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
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
  private final long implAddress;
  private final CalledMarks found; // what calls said when this was made
  private final TensorMarks marks;
  private final TensorMemory memory;
  private @Nullable WatchedBytes small;
  private @Nullable WatchedMemory large;

  /**
   * Takes the marks. The bytes are watched from {@link #read} on.
   *
   * @param live the tensor as its module holds it, which shows what is set there later
   * @param pieces to which the marks are added
   * @throws IllegalArgumentException if changes of the tensor cannot be noticed, or its values
   *     cannot be read, with what to do
   */
  WatchedTensor(String name, Tensor live, MemoryPieces pieces) {
    requireCounter(name, live);
    this.memory = PyTorch.tensors().view(live).memory();
    this.name = name;
    this.live = live;
    this.seen = Unscoped.keep(live::detach);
    this.implAddress = live.unsafeGetTensorImpl().address();
    this.found = new CalledMarks(live, seen);
    this.marks = NativeMarks.isLaidOutAsExpected() ? new NativeMarks(live, pieces) : found;
  }

  /**
   * Whether the tensor is the one it was when this was made, unchanged as far as PyTorch counts.
   * Asked after the marks were remembered: pieces found before may be of something else.
   */
  boolean isAsFound() {
    return live.unsafeGetTensorImpl().address() == implAddress && found.areUnchanged();
  }

  /** Reads a large tensor, and adds the bytes of a small one to some pieces. */
  void read(MemoryPieces pieces) {
    if (!(memory instanceof HostMemory host) || host.address() == 0 || host.byteCount() == 0) {
      return;
    }
    if (host.byteCount() <= WatchedBytes.MOST) {
      small = new WatchedBytes(host.address(), (int) host.byteCount(), pieces);
    } else {
      large = new WatchedMemory(host.address(), host.byteCount());
    }
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
    return memory instanceof HostMemory;
  }

  /** Whether PyTorch counted no change. About 50 ns. */
  boolean isUncounted() {
    return marks.areUnchanged();
  }

  /** Whether the pieces say so too. */
  boolean areMarksPieces() {
    return marks.arePieces();
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
