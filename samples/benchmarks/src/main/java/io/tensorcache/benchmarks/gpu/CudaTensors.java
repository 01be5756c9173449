package io.tensorcache.benchmarks.gpu;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.DeviceBlock;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An engine that does nothing but hand out memory, and hand it out again, as PyTorch's allocator
 * does: all use is in one stream, so what was released can be taken at once. Frees everything when
 * it is closed. Confined to one thread.
 */
final class CudaTensors implements TensorAdapter<CudaTensor>, AutoCloseable {
  /** The legacy default stream. */
  static final long STREAM = 0;

  private final Device device;
  private final List<DeviceBlock> blocks = new ArrayList<>();
  private final Map<Long, Deque<Long>> released = new HashMap<>(); // addresses by bytes

  CudaTensors(Device device) {
    this.device = device;
  }

  Device device() {
    return device;
  }

  @Override
  public CudaTensor allocate(TensorSpec spec) {
    return new CudaTensor(spec, take(spec.byteCount()));
  }

  long take(long byteCount) {
    Deque<Long> free = released.get(byteCount);
    if (free != null && !free.isEmpty()) {
      return free.pop();
    }
    DeviceBlock block = device.allocate(byteCount);
    blocks.add(block);
    return block.address();
  }

  @Override
  public Class<CudaTensor> type() {
    return CudaTensor.class;
  }

  @Override
  public TensorView view(CudaTensor tensor) {
    long bytes = tensor.spec().byteCount();
    return TensorView.of(
        tensor.spec(), DeviceMemory.of(device.ordinal(), tensor.address(), bytes, STREAM, tensor));
  }

  @Override
  public CudaTensor allocate(TensorSpec spec, CudaTensor like) {
    return allocate(spec);
  }

  @Override
  public void release(CudaTensor tensor) {
    long bytes = tensor.spec().byteCount();
    released.computeIfAbsent(bytes, size -> new ArrayDeque<>()).push(tensor.address());
  }

  /** Waits for everything that is queued. */
  void await() {
    device.await(STREAM);
  }

  @Override
  public void close() {
    await();
    blocks.forEach(DeviceBlock::close);
  }
}
