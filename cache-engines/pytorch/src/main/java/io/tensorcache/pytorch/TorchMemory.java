package io.tensorcache.pytorch;

import io.tensorcache.tensor.HostMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * The bytes from the first to the last element of a CPU tensor. Keeps the Java object of the tensor
 * reachable, so that a collection cannot free the memory while this is in use; a tensor that is
 * closed meanwhile takes the memory with it.
 */
final class TorchMemory extends HostMemory {
  private final Tensor owner;
  private final BytePointer base;
  private final long byteCount;

  /**
   * @param byteCount bytes that the elements of {@code owner} reach, counted from its first element
   */
  TorchMemory(Tensor owner, long byteCount) {
    this.owner = owner;
    this.byteCount = byteCount;
    // A pointer without a deallocator: nothing to close, and no PointerScope ever holds it.
    // Const: asking for a writable one would make a copy-on-write tensor copy.
    Pointer data = byteCount == 0 ? null : owner.const_data_ptr();
    if (data == null && byteCount > 0) {
      throw TorchTensors.withoutMemory(owner);
    }
    this.base = data == null ? new BytePointer((Pointer) null) : new BytePointer(data);
  }

  /** The tensor that owns the memory. */
  Tensor owner() {
    return owner;
  }

  @Override
  public long byteCount() {
    return byteCount;
  }

  @Override
  public long address() {
    return base.address();
  }

  @Override
  public ByteBuffer slice(long offset, int length) {
    Objects.checkFromIndexSize(offset, length, byteCount);
    if (length == 0) {
      return ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
    }
    // Moves the address: a position beyond 2 GiB does not fit a buffer.
    BytePointer from = base.getPointer(offset);
    return from.capacity(length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
