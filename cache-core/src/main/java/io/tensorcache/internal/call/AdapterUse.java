package io.tensorcache.internal.call;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.codec.AdapterTrial;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.key.HostCopy;
import io.tensorcache.tensor.CopyingAdapter;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.Arrays;

/**
 * Tries an adapter with a tensor like the first input, before a function is called with what the
 * adapter made. Once for each class and kind of memory.
 */
final class AdapterUse {
  private AdapterUse() {}

  /**
   * Does nothing where that was done.
   *
   * @throws IllegalArgumentException if the adapter's views are copies
   */
  static <T> void check(TensorAdapter<T> adapter, T input, TensorView view) {
    boolean onHost = view.memory() instanceof HostMemory;
    AdapterTrial.Kind kind = onHost ? AdapterTrial.Kind.HOST : AdapterTrial.Kind.DEVICE;
    if (!AdapterTrial.isDue(adapter, kind)
        || !AdapterTrial.isDue(adapter, AdapterTrial.Kind.OUTPUTS_ONLY)) {
      return;
    }
    TensorSpec spec = view.spec().rank() == 0 ? view.spec() : view.spec().row().batch(1);
    if (spec.byteCount() == 0 || spec.byteCount() > AdapterTrial.LARGEST) {
      return; // another call
    }
    if (adapter instanceof CopyingAdapter<T> copying) {
      AdapterTrial.copies(copying, spec);
    } else {
      tryOne(adapter, kind, spec, input);
    }
  }

  private static <T> void tryOne(
      TensorAdapter<T> adapter, AdapterTrial.Kind kind, TensorSpec spec, T input) {
    T fresh;
    try {
      fresh = adapter.allocate(spec, input);
    } catch (DeviceException e) {
      return; // another call
    } catch (RuntimeException e) {
      AdapterTrial.passed(adapter, AdapterTrial.Kind.OUTPUTS_ONLY);
      return;
    }
    try {
      if (adapter.view(fresh).memory() instanceof DeviceMemory) {
        onDevice(adapter, fresh, spec);
      } else {
        AdapterTrial.onHost(adapter, kind, fresh, spec, () -> adapter.allocate(spec, input));
      }
    } finally {
      adapter.release(fresh);
    }
  }

  private static <T> void onDevice(TensorAdapter<T> adapter, T fresh, TensorSpec spec) {
    try {
      for (byte mask : new byte[] {0, -1}) {
        byte[] pattern = AdapterTrial.pattern(spec, mask);
        write(adapter.view(fresh), pattern);
        if (!holds(adapter.view(fresh), pattern)) {
          throw AdapterTrial.copiesRefused(adapter, spec);
        }
      }
    } catch (DeviceException | IllegalStateException e) {
      return; // the device fails, or the stream is captured: another call
    }
    AdapterTrial.passed(adapter, AdapterTrial.Kind.DEVICE);
  }

  private static void write(TensorView view, byte[] pattern) {
    DeviceMemory memory = (DeviceMemory) view.memory();
    Device device = Devices.get().device(memory.device());
    long address = memory.address() + view.byteOffset();
    device.requireMemory(memory.address(), memory.byteCount());
    try (PinnedBlock block = device.pinned(pattern.length)) {
      block.slice(0, pattern.length).put(pattern);
      device.upload(block, address, pattern.length, memory.stream());
    }
  }

  private static boolean holds(TensorView view, byte[] pattern) {
    TensorSpec bytes = TensorSpec.of(DType.UINT8, pattern.length);
    TensorView head = TensorView.of(bytes, new long[] {1}, view.memory(), view.byteOffset());
    try (HostCopy copy = HostCopy.of(head)) {
      byte[] found = new byte[pattern.length];
      HostMemory memory = (HostMemory) copy.view().memory();
      memory.slice(copy.view().byteOffset(), found.length).get(found);
      return Arrays.equals(found, pattern);
    }
  }
}
