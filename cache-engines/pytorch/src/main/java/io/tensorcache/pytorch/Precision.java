package io.tensorcache.pytorch;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.Float32Backend;
import org.bytedeco.pytorch.global.torch.Float32Op;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The switches of PyTorch that decide in which precision a module computes: autocast of this
 * thread, TF32 or bfloat16 inside float32 operations, how sums of 16-bit products are rounded, and
 * the dtype of what a function makes without naming one. Another setting is another computation.
 * Safe for use by several threads.
 */
final class Precision {
  private static final DeviceType[] DEVICES = {DeviceType.CPU, DeviceType.CUDA};
  private static final int[] BACKENDS = {Float32Backend.CUDA.value, Float32Backend.MKLDNN.value};
  private static final int[] OPERATIONS = {
    Float32Op.MATMUL.value, Float32Op.CONV.value, Float32Op.RNN.value
  };

  /** Those above take so many bits. */
  private static final int BITS = 8 * DEVICES.length + 2 * BACKENDS.length * OPERATIONS.length;

  private static final int FLOAT = ScalarType.Float.value;

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
    for (int backend : BACKENDS) {
      for (int operation : OPERATIONS) {
        settings = settings << 2 | CONTEXT.float32Precision(backend, operation);
      }
    }
    return settings | others() << BITS;
  }

  /** The switches that hardly anyone sets; 0 while all are as at the start. */
  private static long others() {
    int dtype = torch.get_default_dtype_as_scalartype().value;
    long settings = dtype == FLOAT ? 0 : 1 + dtype;
    settings = settings << 2 | CONTEXT.allowFP16ReductionCuBLAS().value;
    settings = settings << 2 | CONTEXT.allowBF16ReductionCuBLAS().value;
    settings = settings << 1 | (CONTEXT.allowFP16AccumulationCuBLAS() ? 1 : 0);
    settings = settings << 1 | (CONTEXT.allowFP16ReductionCPU() ? 1 : 0);
    return settings << 1 | (CONTEXT.allowFP16BF16ReductionMathSDP() ? 1 : 0);
  }
}
