package io.tensorcache.samples.frozen;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Features of images that are copied to a CUDA device, computed or cached there, and copied back to
 * the head, which stays on the CPU. Confined to one thread.
 */
final class CudaFeatures implements Features {
  private final Features onDevice;

  /** The features that {@code onDevice} has for CUDA tensors. */
  CudaFeatures(Features onDevice) {
    this.onDevice = onDevice;
  }

  @Override
  public Tensor of(Tensor images) throws Exception {
    Tensor result;
    try (PointerScope scope = new PointerScope()) {
      result = onDevice.of(images.cuda()).cpu();
      result.retainReference();
      scope.detach(result);
    }
    return result;
  }

  @Override
  public Served served() {
    return onDevice.served();
  }
}
