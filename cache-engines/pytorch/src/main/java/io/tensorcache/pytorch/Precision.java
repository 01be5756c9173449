package io.tensorcache.pytorch;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.Float32Backend;
import org.bytedeco.pytorch.global.torch.Float32Op;

/**
 * The switches of PyTorch that decide in which precision a module computes: autocast of this
 * thread, and TF32 or bfloat16 inside float32 operations. Another setting is another computation.
 * Safe for use by several threads.
 */
final class Precision {
  private static final DeviceType[] DEVICES = {DeviceType.CPU, DeviceType.CUDA};
  private static final Float32Backend[] BACKENDS = {Float32Backend.CUDA, Float32Backend.MKLDNN};
  private static final Float32Op[] OPERATIONS = {Float32Op.MATMUL, Float32Op.CONV, Float32Op.RNN};

  /** PyTorch has one. */
  private static final Context CONTEXT = Unscoped.keep(torch::globalContext);

  private Precision() {}

  /** The switches as this thread sees them now, a number for each setting; under a microsecond. */
  static long now() {
    long settings = 0;
    for (DeviceType device : DEVICES) {
      boolean isOn = torch.is_autocast_enabled(device);
      settings = settings << 8 | (isOn ? 1 + torch.get_autocast_dtype(device).value : 0);
    }
    for (Float32Backend backend : BACKENDS) {
      for (Float32Op operation : OPERATIONS) {
        settings = settings << 2 | CONTEXT.float32Precision(backend, operation).value;
      }
    }
    return settings;
  }
}
