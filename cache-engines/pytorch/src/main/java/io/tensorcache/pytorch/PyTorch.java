package io.tensorcache.pytorch;

import io.tensorcache.CachedFunction;
import io.tensorcache.FunctionBuilder;
import io.tensorcache.TensorCache;
import io.tensorcache.TensorFunction;
import io.tensorcache.tensor.TensorAdapter;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * The door to PyTorch tensors and modules. Safe for use by several threads.
 *
 * <p>A result belongs to the caller, and to the caller's inner {@code PointerScope} if there is
 * one. Without a scope, what the module computes on a miss is freed by the garbage collector, as it
 * is without a cache.
 * <!-- region: pytorch, from PyTorchExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<Tensor> backbone = PyTorch.cached(cache, "backbone", net);
 * CachedFunction<Tensor> halved =
 *     PyTorch.function(cache, "halved", net) // with options
 *         .storeAs(DType.BFLOAT16)
 *         .wrap(x -> net.forward(x));
 * Tensor features = backbone.apply(images); // on the device of the images
 * }</pre>
 */
public final class PyTorch {
  static {
    TorchLibraries.loadFirst();
  }

  private PyTorch() {}

  /**
   * Loads the native libraries of PyTorch for Java, so that a foreign libtorch of the same names,
   * on {@code LD_LIBRARY_PATH} or the distribution's own, does not get in between and end the
   * process. Any use of this class does it. Call it before the first use of a class of the presets
   * where another libtorch may be installed, or where several processes start for the first time at
   * once: one would load what another is still unpacking. It is not for the presets of CUDA, which
   * load their own in another order. Calling it again does nothing.
   *
   * @return the file that {@code libtorch_cpu} came from
   * @throws UnsatisfiedLinkError if a library cannot be loaded
   */
  public static String load() {
    return TorchLibraries.loadFirst();
  }

  /**
   * Returns the adapter for dense CPU and CUDA tensors of every dtype in {@link
   * io.tensorcache.tensor.DType}. It reads a tensor where it lies, whatever its strides: no copy.
   * CUDA tensors are used in the stream that is current for the calling thread, and results come on
   * the device of the input.
   */
  public static TensorAdapter<Tensor> tensors() {
    return TorchTensors.INSTANCE;
  }

  /**
   * Returns the fingerprint of a module's parameters, buffers and mode, looked at anew for each
   * call.
   */
  public static ModuleFingerprint fingerprint(Module module) {
    return new ModuleFingerprint(module, false);
  }

  /**
   * Returns the cached form of a frozen module in evaluation mode, with default options.
   *
   * @throws IllegalArgumentException if its class has no public {@code Tensor forward(Tensor)}
   */
  public static CachedFunction<Tensor> cached(TensorCache cache, String name, Module module) {
    return function(cache, name, module).wrap(Forward.of(module));
  }

  /** Returns the cached form of a function of a frozen module, with default options. */
  public static CachedFunction<Tensor> cached(
      TensorCache cache, String name, Module module, TensorFunction<Tensor> forward) {
    return function(cache, name, module).wrap(forward);
  }

  /**
   * Starts a function of this module with options: set them, then {@code wrap(x ->
   * module.forward(x))}.
   */
  public static FunctionBuilder<Tensor> function(TensorCache cache, String name, Module module) {
    return cache.function(name, fingerprint(module), tensors());
  }
}
