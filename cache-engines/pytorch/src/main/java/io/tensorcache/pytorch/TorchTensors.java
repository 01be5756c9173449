package io.tensorcache.pytorch;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.Layout;

/**
 * Reads and makes dense CPU and CUDA tensors of PyTorch. Safe for use by several threads.
 *
 * <p>Temporary native objects are closed before a method returns. What {@link #allocate} returns
 * belongs to the caller's inner {@code PointerScope}, if there is one, as the result of any
 * operation does.
 */
final class TorchTensors implements TensorAdapter<Tensor> {
  static final TorchTensors INSTANCE = new TorchTensors();

  private TorchTensors() {}

  @Override
  public Class<Tensor> type() {
    return Tensor.class;
  }

  /**
   * The memory of a dense tensor of any strides, {@code [...]} of any dtype that {@link DType} has,
   * on the CPU, or on a CUDA device with the current stream. The caller keeps owning it; no copy.
   *
   * @throws IllegalArgumentException if the tensor is closed, undefined, elsewhere, not dense, of
   *     another dtype, or a lazy conjugate or negative, with what to do
   */
  @Override
  public TensorView view(Tensor tensor) {
    requireDense(tensor);
    DType dtype = TorchDTypes.dtype(tensor.scalar_type());
    if (dtype == null) {
      throw refused(tensor, "its dtype has no counterpart", "convert it with to(dtype)");
    }
    requirePlainValues(tensor);
    int rank = (int) tensor.dim();
    long[] shape = new long[rank];
    long[] byteStrides = new long[rank];
    long last = 0;
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = tensor.size(axis);
      byteStrides[axis] = tensor.stride(axis) * dtype.byteSize();
      last += (shape[axis] - 1) * byteStrides[axis];
    }
    TensorSpec spec = TensorSpec.of(dtype, shape);
    long reach = spec.elementCount() == 0 ? 0 : last + dtype.byteSize();
    TensorMemory memory =
        tensor.is_cuda() ? TorchCuda.memory(tensor, reach) : new TorchMemory(tensor, reach);
    return TensorView.of(spec, byteStrides, memory, 0);
  }

  private static void requireDense(Tensor tensor) {
    requireOpen(tensor);
    requireReachable(tensor);
    if (tensor.is_nested() || tensor.layout().value != Layout.Strided.value) {
      throw refused(tensor, "it is not dense", "pass tensor.to_dense()");
    }
    if (!tensor.has_storage()) {
      throw refused(tensor, "it has no storage of its own", "call outside of vmap and grad");
    }
  }

  private static void requireReachable(Tensor tensor) {
    if (!tensor.is_cpu() && !tensor.is_cuda()) {
      throw refused(tensor, "it is not in host memory or on a CUDA device", "pass tensor.cpu()");
    }
  }

  private static void requireOpen(Tensor tensor) {
    if (Pointer.isNull(tensor)) {
      throw new IllegalArgumentException(
          "the tensor is closed: close it, or the PointerScope it is in, after the call");
    }
    if (!tensor.defined()) {
      throw new IllegalArgumentException(
          "the tensor is undefined: pass one that has a dtype and a shape");
    }
  }

  private static void requirePlainValues(Tensor tensor) {
    if (tensor.is_conj()) {
      throw refused(tensor, "it is a lazy conjugate", "pass tensor.resolve_conj()");
    }
    if (tensor.is_neg()) {
      throw refused(tensor, "it is a lazy negative", "pass tensor.resolve_neg()");
    }
    if (tensor._is_zerotensor()) {
      throw refused(tensor, "it is a zero tensor without memory", "pass tensor.clone()");
    }
  }

  /**
   * A fresh contiguous tensor of undefined content on the device of {@code like}, owned by the
   * caller; it carries no graph. One allocation in PyTorch.
   *
   * @throws IllegalArgumentException if {@code like} is neither on the CPU nor on a CUDA device
   */
  @Override
  public Tensor allocate(TensorSpec spec, Tensor like) {
    requireOpen(like);
    requireReachable(like);
    if (like.is_cuda()) {
      try (TensorOptions options = TorchCuda.options(spec.dtype(), like)) {
        return torch.empty(spec.shape(), options, TorchOptions.CONTIGUOUS);
      }
    }
    return allocate(spec);
  }

  /** A fresh contiguous CPU tensor of undefined content, owned by the caller. */
  @Override
  public Tensor allocate(TensorSpec spec) {
    return torch.empty(spec.shape(), TorchOptions.of(spec.dtype()), TorchOptions.CONTIGUOUS);
  }

  /** False once the tensor, or the {@code PointerScope} it was in, is closed. */
  @Override
  public boolean isUsable(Tensor tensor) {
    return !Pointer.isNull(tensor);
  }

  /** Closes the tensor; does nothing when it is closed. */
  @Override
  public void release(Tensor tensor) {
    tensor.close();
  }

  /** Refuses a tensor that requires gradients, which would end at the cache. */
  @Override
  public void checkInput(Tensor tensor) {
    requireOpen(tensor);
    if (tensor.requires_grad()) {
      throw refused(
          tensor,
          "it requires gradients, and a cached output cannot pass them back",
          "pass tensor.detach(), or call the function itself where gradients must flow");
    }
  }

  /** Refuses a tensor that carries a graph: a stored value has none. */
  @Override
  public void checkOutput(Tensor tensor) {
    requireOpen(tensor);
    if (tensor.requires_grad()) {
      throw refused(
          tensor,
          "the function's output carries a graph, and a stored value cannot",
          "freeze the weights with requires_grad_(false), or compute under a NoGradGuard");
    }
  }

  /** Its storage let go of it, or was given none. */
  static IllegalArgumentException withoutMemory(Tensor tensor) {
    return refused(tensor, "its storage has no memory", "pass one that still has its elements");
  }

  private static IllegalArgumentException refused(Tensor tensor, String why, String remedy) {
    return new IllegalArgumentException(
        TensorText.of(tensor) + " is refused: " + why + "; " + remedy);
  }
}
