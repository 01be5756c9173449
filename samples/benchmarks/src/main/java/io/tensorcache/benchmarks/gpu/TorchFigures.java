package io.tensorcache.benchmarks.gpu;

import java.nio.file.Path;

/** Epochs of a frozen network on tensors of whichever PyTorch is here, and the same cached. */
final class TorchFigures {
  private TorchFigures() {}

  static void measure(TorchOptions options, Sizes sizes, Figures figures, Path directory)
      throws InterruptedException {
    try {
      if (options.isJava()) {
        measure(new JavaCppTorch(options.isCuda()), sizes, figures);
      } else {
        LibtorchBuild build = new LibtorchBuild("python3", "g++", home(), directory);
        measure(build.open(options.isCuda()), sizes, figures);
      }
    } catch (NotMeasuredException e) {
      figures.missing(EpochFigures.NAME, e);
    } catch (LibtorchException e) {
      figures.missing(EpochFigures.NAME, new NotMeasuredException(String.valueOf(e.getMessage())));
    }
  }

  private static Path home() {
    return Path.of(System.getProperty("java.home"));
  }

  private static <T> void measure(FrozenTorch<T> opened, Sizes sizes, Figures figures) {
    try (FrozenTorch<T> torch = opened) {
      new EpochFigures<>(torch, sizes, figures).measure();
    }
  }
}
