package io.tensorcache;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.key.HostCopy;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorView;

/**
 * A result in device memory while it is filled: pinned host memory of the same size. Confined to
 * one thread.
 */
final class StagedResult implements AutoCloseable {
  private final Device device;
  private final DeviceMemory target;
  private final long address;
  private final PinnedBlock block;

  /** Stages a contiguous tensor. */
  StagedResult(TensorView view) {
    target = (DeviceMemory) view.memory();
    address = target.address() + view.byteOffset();
    device = Devices.get().device(target.device());
    device.requireMemory(target.address(), target.byteCount());
    block = device.pinned(view.spec().byteCount());
  }

  /** What is filled in place of the tensor. */
  HostMemory memory() {
    return new HostCopy.PinnedMemory(block);
  }

  /** Queues the copy to the device in the tensor's stream; does not wait for it. */
  void upload() {
    device.upload(block, address, block.byteCount(), target.stream());
  }

  @Override
  public void close() {
    block.close();
  }
}
