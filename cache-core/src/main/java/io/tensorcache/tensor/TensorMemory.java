package io.tensorcache.tensor;

/** Where the elements of a tensor lie. */
public sealed interface TensorMemory permits HostMemory, DeviceMemory {
  /** Bytes of this block. */
  long byteCount();
}
