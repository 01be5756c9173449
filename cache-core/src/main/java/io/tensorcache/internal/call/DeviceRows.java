package io.tensorcache.internal.call;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.DeviceCopies;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorView;
import java.util.stream.IntStream;

/** Rows of tensors in device memory, copied without a way over the host. */
final class DeviceRows {
  private DeviceRows() {}

  /**
   * A fresh tensor of the engine with copies of some rows of {@code batch}, in the order given,
   * queued in the stream of its memory: one copy for each run of rows that lie one after another.
   * Owned by the caller.
   */
  static <T> T select(TensorAdapter<T> adapter, T batch, TensorView source, int[] rows) {
    T result = adapter.allocate(source.spec().row().batch(rows.length), batch);
    try {
      TensorView target = adapter.view(result);
      DeviceMemory to = memory(target, adapter);
      Device device = Devices.get().device(to.device());
      device.requireMemory(to.address(), to.byteCount());
      memory(source, adapter);
      copy(device, source, target, rows);
      return result;
    } catch (RuntimeException | Error e) {
      adapter.release(result);
      throw e;
    }
  }

  /**
   * True if all of {@code source} can be copied to {@code target} on their device, by few copies.
   */
  static boolean canCopy(TensorView source, TensorView target) {
    return source.memory() instanceof DeviceMemory from
        && target.memory() instanceof DeviceMemory to
        && from.device() == to.device()
        && isRowContiguous(source);
  }

  /** Copies all rows, in the order of both streams. */
  static void copy(TensorView source, TensorView target) {
    DeviceMemory from = (DeviceMemory) source.memory();
    Device device = Devices.get().device(from.device());
    device.requireMemory(from.address(), from.byteCount());
    int[] rows = IntStream.range(0, (int) source.spec().dim(0)).toArray();
    copy(device, source, target, rows);
  }

  /** True if the elements of each row lie one after another. */
  static boolean isRowContiguous(TensorView view) {
    long step = view.spec().dtype().byteSize();
    for (int axis = view.spec().rank() - 1; axis > 0; axis--) {
      if (view.spec().dim(axis) != 1 && view.byteStride(axis) != step) {
        return false;
      }
      step *= view.spec().dim(axis);
    }
    return true;
  }

  private static void copy(Device device, TensorView source, TensorView target, int[] rows) {
    DeviceMemory from = (DeviceMemory) source.memory();
    DeviceMemory to = (DeviceMemory) target.memory();
    if (to.stream() != from.stream()) {
      device.await(to.stream()); // what had this memory before may still be in use there
    }
    copy(device, source, from, to.address() + target.byteOffset(), rows);
    if (to.stream() != from.stream()) {
      device.await(from.stream()); // whoever reads the result does so in another stream
    }
  }

  private static void copy(
      Device device, TensorView source, DeviceMemory from, long to, int[] rows) {
    long rowBytes = source.spec().row().byteCount();
    int axes = source.spec().rank() - 1;
    long[] dims = new long[axes + 1];
    long[] strides = new long[axes + 1];
    for (int axis = 1; axis <= axes; axis++) {
      dims[axis] = source.spec().dim(axis);
      strides[axis] = source.byteStride(axis);
    }
    strides[0] = source.byteStride(0);
    int size = source.spec().dtype().byteSize();
    try (DeviceCopies copies = device.copies(from.stream())) {
      for (int i = 0; i < rows.length; i += (int) dims[0]) {
        dims[0] = 1;
        while (i + dims[0] < rows.length && rows[i + (int) dims[0]] == rows[i] + dims[0]) {
          dims[0]++;
        }
        long first = from.address() + source.byteOffset() + rows[i] * strides[0];
        copies.copyStrided(to + i * rowBytes, first, dims, strides, size);
      }
    }
  }

  static DeviceMemory memory(TensorView view, TensorAdapter<?> adapter) {
    if (view.memory() instanceof DeviceMemory memory) {
      return memory;
    }
    throw new IllegalStateException(
        adapter.getClass().getName()
            + " allocated "
            + view.spec()
            + " in host memory for an input in device memory: allocate on the device of the input");
  }
}
