package io.tensorcache.benchmarks.gpu;

import picocli.CommandLine.Option;

/** With which PyTorch the epochs of a frozen backbone are measured. Confined to one thread. */
final class TorchOptions {
  /** Whose libtorch. */
  enum Torch {
    /** PyTorch for Java if its natives are here, for CUDA where that is asked; or python3's. */
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

  private static final String NATIVES = "/org/bytedeco/pytorch/linux-x86_64";

  @Option(
      names = "--cuda",
      description = "Given by samples/run --cuda: a PyTorch for CUDA is here.")
  private boolean cuda;

  @Option(
      names = "--torch",
      description =
          "Whose PyTorch computes the frozen backbone: java, python (that of python3), or auto,"
              + " which takes java where its natives, those for CUDA, are here.",
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
    if (torch != Torch.AUTO) {
      return torch == Torch.JAVA;
    }
    return cuda || isHere("-gpu/libtorch_cuda.so") || !isCuda() && isHere("/libjnitorch.so");
  }

  private static boolean isHere(String library) {
    return TorchOptions.class.getResource(NATIVES + library) != null;
  }
}
