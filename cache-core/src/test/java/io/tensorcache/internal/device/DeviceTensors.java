package io.tensorcache.internal.device;

import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;

/** Tensors in the memory of the stand-in, freed together. Confined to one thread. */
public final class DeviceTensors implements AutoCloseable {
  private final int device;
  private final long stream;
  private final List<Long> blocks = new ArrayList<>();

  public DeviceTensors(int device) {
    this.device = device;
    this.stream = Standin.stream(device);
  }

  public long stream() {
    return stream;
  }

  /** Device memory that holds these bytes some time later, {@code shift} bytes into a block. */
  public DeviceMemory memory(byte[] bytes, int shift) {
    long address = Standin.allocate(device, bytes.length + shift + 1);
    if (address == 0) {
      throw new IllegalStateException("no device memory");
    }
    blocks.add(address);
    if (bytes.length > 0) {
      Standin.write(stream, address + shift, bytes);
    }
    return DeviceMemory.of(device, address + shift, bytes.length, stream);
  }

  /** A contiguous tensor of these bytes. */
  public TensorView of(TensorSpec spec, byte[] bytes) {
    return TensorView.of(spec, memory(bytes, 0));
  }

  @Override
  public void close() {
    blocks.forEach(block -> Standin.free(device, block));
  }
}
