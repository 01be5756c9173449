package io.tensorcache.internal.key;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;

/**
 * A tensor of a device in pinned host memory, with the same strides. Owns the copy until it is
 * closed. Confined to one thread.
 */
public final class HostCopy implements AutoCloseable {
  private final PinnedBlock block;
  private final TensorView view;

  private HostCopy(PinnedBlock block, TensorView view) {
    this.block = block;
    this.view = view;
  }

  /**
   * Copies everything between the first and the last byte of the elements, after what is in the
   * stream of the memory, and waits for it.
   *
   * @throws io.tensorcache.error.DeviceException if the memory is not that of its device, or the
   *     copy fails
   */
  public static HostCopy of(TensorView source) {
    DeviceMemory memory = (DeviceMemory) source.memory();
    int rank = source.spec().rank();
    long[] strides = new long[rank];
    long low = source.byteOffset();
    long high = low + source.spec().dtype().byteSize();
    for (int axis = 0; axis < rank; axis++) {
      strides[axis] = source.byteStride(axis);
      long reach = strides[axis] * (source.spec().dim(axis) - 1);
      low += Math.min(0, reach);
      high += Math.max(0, reach);
    }
    long bytes = source.spec().elementCount() == 0 ? 0 : high - low;
    Device device = Devices.get().device(memory.device());
    device.requireMemory(memory.address(), memory.byteCount());
    PinnedBlock block = device.pinned(bytes);
    try {
      device.download(memory.address() + low, block, bytes, memory.stream());
      long first = bytes == 0 ? 0 : source.byteOffset() - low;
      return new HostCopy(
          block, TensorView.of(source.spec(), strides, new PinnedMemory(block), first));
    } catch (RuntimeException | Error e) {
      block.close();
      throw e;
    }
  }

  /** The tensor in host memory; not to be used after close. */
  public TensorView view() {
    return view;
  }

  @Override
  public void close() {
    block.close();
  }

  /** Pinned memory as the memory of a tensor; does not own it. */
  public static final class PinnedMemory extends HostMemory {
    private final PinnedBlock block;

    /** Over all bytes of the block. */
    public PinnedMemory(PinnedBlock block) {
      this.block = block;
    }

    @Override
    public long byteCount() {
      return block.byteCount();
    }

    @Override
    public long address() {
      return block.address();
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
      return block.slice(offset, length);
    }
  }
}
