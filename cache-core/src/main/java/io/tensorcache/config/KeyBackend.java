package io.tensorcache.config;

/** Who computes keys. All give the same keys. */
public enum KeyBackend {
  /** The fastest that is available where the tensor lies. */
  AUTO,
  /** Plain Java; always available. */
  JAVA,
  /** The C++ library. */
  NATIVE,
  /**
   * The kernels on a CUDA device. Tensors in host memory are copied to device 0 first, which is for
   * comparison; {@link #AUTO} never does that.
   */
  CUDA
}
