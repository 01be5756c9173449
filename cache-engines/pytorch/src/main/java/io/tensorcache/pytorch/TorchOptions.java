package io.tensorcache.pytorch;

import io.tensorcache.tensor.DType;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorOptions;

/**
 * The options of a new CPU tensor of each dtype. Native constants, made once and never freed: every
 * owned pointer costs 2.5 µs, most of it a look at the memory of the process.
 */
final class TorchOptions {
  /** No other memory format than the default. */
  static final MemoryFormatOptional CONTIGUOUS = Unscoped.keep(MemoryFormatOptional::new);

  private static final TensorOptions[] OF_DTYPE = new TensorOptions[DType.values().length];

  static {
    for (DType dtype : DType.values()) {
      OF_DTYPE[dtype.ordinal()] =
          Unscoped.keep(() -> new TensorOptions(TorchDTypes.scalarType(dtype)));
    }
  }

  private TorchOptions() {}

  /** The CPU, dense, without gradients. */
  static TensorOptions of(DType dtype) {
    return OF_DTYPE[dtype.ordinal()];
  }
}
