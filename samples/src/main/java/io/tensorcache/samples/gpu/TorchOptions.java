package io.tensorcache.samples.gpu;

import picocli.CommandLine.Option;

/** With which PyTorch the epochs of a frozen backbone are measured. Confined to one thread. */
final class TorchOptions {
  /** Whose libtorch. */
  enum Torch {
    /** The one with CUDA: PyTorch for Java if its natives for CUDA are here, or else python3's. */
    AUTO,
    /** PyTorch for Java, the JavaCPP presets. */
    JAVA,
    /** The one that python3 imports. */
    PYTHON
  }

  /** Where its tensors lie. */
  enum Place {
    /** The first device. */
    CUDA,
    /** Host memory. */
    CPU
  }

  /** As the build of the presets for CUDA has it. */
  private static final String CUDA_LIBRARY =
      "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";

  @Option(
      names = "--cuda",
      description = "Given by samples/run --cuda: a PyTorch for CUDA is here.")
  private boolean cuda;

  @Option(
      names = "--torch",
      description =
          "Whose PyTorch computes the frozen backbone: java, python (that of python3), or auto,"
              + " which takes java where its natives for CUDA are here.",
      defaultValue = "auto")
  private Torch torch = Torch.AUTO;

  @Option(
      names = "--torch-device",
      description =
          "cuda, or cpu, which measures nothing but the frozen backbone in host memory and needs no"
              + " device: to try it, not to measure.",
      defaultValue = "cuda")
  private Place place = Place.CUDA;

  TorchOptions() {}

  boolean isCuda() {
    return place == Place.CUDA;
  }

  /** Decided before either is loaded: a JVM takes one libtorch only. */
  boolean isJava() {
    if (torch == Torch.AUTO) {
      return !isCuda() || cuda || TorchOptions.class.getResource(CUDA_LIBRARY) != null;
    }
    return torch == Torch.JAVA;
  }
}
