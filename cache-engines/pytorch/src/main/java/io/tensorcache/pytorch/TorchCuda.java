package io.tensorcache.pytorch;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Tensors in CUDA memory. This class alone touches the CUDA part of the presets, which the build
 * for the CPU has only as Java: it is loaded with the first CUDA tensor.
 */
final class TorchCuda {
  private TorchCuda() {}

  /**
   * The bytes from the first element of a CUDA tensor on, in the stream that is current for this
   * thread. Keeps the tensor's Java object reachable; no copy.
   */
  static DeviceMemory memory(Tensor tensor, long byteCount) {
    int device = ordinal(tensor);
    Pointer data = byteCount == 0 ? null : tensor.const_data_ptr();
    if (data == null && byteCount > 0) {
      throw TorchTensors.withoutMemory(tensor);
    }
    long address = data == null ? 0 : data.address();
    return DeviceMemory.of(device, address, byteCount, currentStream(device), tensor);
  }

  private static int ordinal(Tensor tensor) {
    try (Device device = tensor.device()) {
      return device.index();
    }
  }

  /** The default stream of PyTorch is the driver's legacy one, 0. */
  private static long currentStream(int device) {
    try (CUDAStream stream = torch_cuda.getCurrentCUDAStream((byte) device)) {
      var handle = stream.stream();
      return handle == null ? 0 : handle.address();
    }
  }

  /** The options of a new tensor on the device of another. */
  static TensorOptions options(DType dtype, Tensor like) {
    try (Device device = like.device();
        DeviceOptional chosen = new DeviceOptional(device)) {
      return TorchOptions.of(dtype).device(chosen);
    }
  }
}
