package io.tensorcache.config;

/**
 * Who computes keys. All of them give the same keys.
 * <!-- region: key-options, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .keyAlgorithm(KeyAlgorithm.TCH1)
 *         .keyBackend(KeyBackend.JAVA) // AUTO takes the fastest one that is here
 *         .saltFrom(directory.resolve("salt")) // rows that strangers send want a secret seed
 *         .build();
 * }</pre>
 */
public enum KeyBackend {
  /** The fastest one computes that is available where the tensor lies. */
  AUTO,
  /** Plain Java computes; it is always available. */
  JAVA,
  /** The C++ library computes. */
  NATIVE,
  /**
   * The kernels on a CUDA device compute. Tensors in host memory are copied to device 0 first,
   * which is for comparison; {@link #AUTO} never does that.
   */
  CUDA
}
