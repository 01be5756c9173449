package io.tensorcache.internal.call;

import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An engine on the host that writes down what it allocates and releases, and whose blocks may be
 * said to be longer than a buffer can be.
 */
final class HostEngine implements TensorAdapter<HostTensor> {
  final List<HostTensor> allocated = new ArrayList<>();
  final List<HostTensor> released = new ArrayList<>();
  long claimed; // bytes that each block says it has, if that is more
  int failsAt = -1; // this allocation, from 0; once
  boolean failsToRelease;
  Runnable asked = () -> {}; // how long a block is

  @Override
  public Class<HostTensor> type() {
    return HostTensor.class;
  }

  @Override
  public TensorView view(HostTensor tensor) {
    HostMemory own = HostMemory.of(tensor.bytes());
    return TensorView.of(tensor.spec(), new Block(own, Math.max(claimed, own.byteCount())));
  }

  @Override
  public HostTensor allocate(TensorSpec spec, HostTensor like) {
    if (allocated.size() == failsAt) {
      failsAt = -1;
      throw new IllegalStateException("injected");
    }
    HostTensor tensor = HostTensor.zeros(spec);
    allocated.add(tensor);
    return tensor;
  }

  @Override
  public void release(HostTensor tensor) {
    released.add(tensor);
    if (failsToRelease) {
      throw new IllegalStateException("injected");
    }
  }

  /** Tensors that were allocated and not released. */
  int live() {
    return allocated.size() - released.size();
  }

  private final class Block extends HostMemory {
    private final HostMemory own;
    private final long bytes;

    Block(HostMemory own, long bytes) {
      this.own = own;
      this.bytes = bytes;
    }

    @Override
    public long byteCount() {
      asked.run();
      return bytes;
    }

    @Override
    public long address() {
      return own.address();
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
      return own.slice(offset, length);
    }
  }
}
