package io.tensorcache.samples.kpca;

import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.Output;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Kernel PCA at two levels: what a scope holds before and after, and kerch's printed numbers. */
@Command(
    name = "kpca",
    description = "Kernel PCA whose steps are kept at level light and at level total.",
    mixinStandardHelpOptions = true)
public final class Kpca implements Callable<Integer> {
  @Mixin private Output output = new Output();

  /** Made by the command line. */
  public Kpca() {}

  @Override
  @SuppressWarnings("try") // the scope frees the tensors
  public Integer call() {
    try (PointerScope tensors = new PointerScope();
        TensorCache cache = TensorCache.builder("kpca").heap(ByteSize.ofMiB(16)).build()) {
      return new Example(output)
          .run(
              level -> cache.scopeBuilder("kpca", PyTorch.tensors()).level(level).open(),
              scope -> new KernelPca(scope, Points.sample(), Points.WIDTH, 2));
    }
  }
}
