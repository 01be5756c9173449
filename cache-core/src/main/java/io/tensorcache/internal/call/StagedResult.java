package io.tensorcache.internal.call;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.key.HostCopy;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A result in device memory while it is filled: pinned host memory of the same size. Confined to
 * one thread.
 */
final class StagedResult implements AutoCloseable {
  private static final int MOST_RUNS = 4; // each is a call of the driver

  private final Device device;
  private final DeviceMemory target;
  private final long address;
  private final long byteCount;
  private @Nullable PinnedBlock block; // null until it is asked for

  /** Stages a contiguous tensor. */
  StagedResult(TensorView view) {
    target = (DeviceMemory) view.memory();
    address = target.address() + view.byteOffset();
    device = Devices.get().device(target.device());
    device.requireMemory(target.address(), target.byteCount());
    byteCount = view.spec().byteCount();
  }

  /** What is filled in place of the tensor. */
  HostMemory memory() {
    PinnedBlock filled = device.pinned(byteCount);
    block = filled;
    return new HostCopy.PinnedMemory(filled);
  }

  /**
   * Queues the copy to the device in the tensor's stream, if there is anything to copy; does not
   * wait for it.
   */
  void upload() {
    upload(0, byteCount);
  }

  /**
   * Queues the copy of some rows: one for each run of them, or one over all where they are many.
   */
  void upload(BitSet rows, long rowBytes) {
    List<int[]> runs = new ArrayList<>();
    for (int first = rows.nextSetBit(0); first >= 0; ) {
      int end = rows.nextClearBit(first);
      runs.add(new int[] {first, end});
      first = rows.nextSetBit(end);
    }
    if (runs.size() > MOST_RUNS) {
      runs = List.of(new int[] {rows.nextSetBit(0), rows.length()});
    }
    for (int[] run : runs) {
      upload(run[0] * rowBytes, (run[1] - run[0]) * rowBytes);
    }
  }

  private void upload(long offset, long length) {
    if (block != null) {
      device.upload(block, offset, address + offset, length, target.stream());
    }
  }

  @Override
  public void close() {
    if (block != null) {
      block.close();
    }
  }
}
