package io.tensorcache.benchmarks.gpu;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Reads tensors of the machine's own PyTorch where they lie: on its device, in the stream that is
 * current, or in host memory. Confined to one thread.
 */
final class LibtorchTensors implements TensorAdapter<LibtorchTensor> {
  private final Libtorch torch;

  LibtorchTensors(Libtorch torch) {
    this.torch = torch;
  }

  @Override
  public Class<LibtorchTensor> type() {
    return LibtorchTensor.class;
  }

  /** No copy; the tensor keeps owning its memory. */
  @Override
  public TensorView view(LibtorchTensor tensor) {
    long address = torch.address(tensor);
    long bytes = tensor.spec().byteCount();
    return TensorView.of(
        tensor.spec(),
        torch.isCuda()
            ? DeviceMemory.of(torch.device(), address, bytes, torch.stream(), tensor)
            : new Memory(tensor, address, bytes));
  }

  @Override
  public LibtorchTensor allocate(TensorSpec spec, LibtorchTensor like) {
    return allocate(spec);
  }

  @Override
  public LibtorchTensor allocate(TensorSpec spec) {
    if (spec.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException(spec + ": only float32 here");
    }
    return torch.empty(spec.shape());
  }

  @Override
  public void release(LibtorchTensor tensor) {
    tensor.close();
  }

  /** Keeps its owner reachable. */
  private static final class Memory extends HostMemory {
    private final LibtorchTensor owner;
    private final Block block;

    Memory(LibtorchTensor owner, long address, long byteCount) {
      this.owner = owner;
      this.block = new Block(address, byteCount);
    }

    @Override
    public long byteCount() {
      return block.capacity();
    }

    @Override
    public long address() {
      return block.address();
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
      Objects.checkFromIndexSize(offset, length, byteCount());
      if (length == 0) {
        return ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
      }
      BytePointer from = block.getPointer(offset);
      return from.capacity(length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public String toString() {
      return byteCount() + " bytes of " + owner.spec();
    }
  }

  /** Memory of another owner at an address: without a deallocator, so there is nothing to free. */
  private static final class Block extends BytePointer {
    Block(long address, long byteCount) {
      super((Pointer) null);
      this.address = address;
      this.capacity = byteCount;
      this.limit = byteCount;
    }
  }
}
