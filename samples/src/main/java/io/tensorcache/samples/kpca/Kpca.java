package io.tensorcache.samples.kpca;

import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.kit.Sample;
import picocli.CommandLine.Command;

/** Kernel PCA at two levels: what a scope holds before and after, and kerch's printed numbers. */
@Command(
    name = "kpca",
    description = "Kernel PCA whose steps are kept at level light and at level total.",
    mixinStandardHelpOptions = true)
public final class Kpca extends Sample {
  /** Made by the command line. */
  public Kpca() {}

  @Override
  protected boolean run() {
    try (TensorCache cache = TensorCache.builder("kpca").heap(ByteSize.ofMiB(16)).build()) {
      return new Example(output)
          .run(
              level -> cache.scopeBuilder("kpca", PyTorch.tensors()).level(level).open(),
              scope -> new KernelPca(scope, Points.sample(), Points.WIDTH, 2));
    }
  }
}
