package io.tensorcache.pytorch;

import io.tensorcache.tensor.TensorAdapter;
import org.bytedeco.pytorch.Tensor;

/** The door to PyTorch tensors and modules. Safe for use by several threads. */
public final class PyTorch {
  private PyTorch() {}

  /**
   * The adapter for dense CPU tensors of every dtype in {@link io.tensorcache.tensor.DType}. It
   * reads a tensor where it lies, whatever its strides: no copy.
   */
  public static TensorAdapter<Tensor> tensors() {
    return TorchTensors.INSTANCE;
  }
}
