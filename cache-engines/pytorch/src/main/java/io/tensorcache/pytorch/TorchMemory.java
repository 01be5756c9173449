package io.tensorcache.pytorch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * The bytes from the first to the last element of a CPU tensor. Keeps the Java object of the tensor
 * reachable, so that a collection cannot free the memory while this is in use; a tensor that is
 * closed meanwhile takes the memory with it.
 */
final class TorchMemory extends NativeMemory {
  private final Tensor owner;

  /**
   * @param byteCount bytes that the elements of {@code owner} reach, counted from its first element
   */
  TorchMemory(Tensor owner, long byteCount) {
    super(byteCount == 0 ? 0 : address(owner), byteCount);
    this.owner = owner;
  }

  private static long address(Tensor owner) {
    // A pointer without a deallocator: nothing to close, and no PointerScope ever holds it.
    // Const: asking for a writable one would make a copy-on-write tensor copy.
    Pointer data = owner.const_data_ptr();
    if (data == null) {
      throw TorchTensors.withoutMemory(owner);
    }
    return data.address();
  }

  /** The tensor that owns the memory. */
  Tensor owner() {
    return owner;
  }
}
